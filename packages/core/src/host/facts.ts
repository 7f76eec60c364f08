import { readdir, readFile, stat } from 'node:fs/promises';
import type { Driver, EngineFacts, HostFacts } from '@nemoclaw/plugin-api';

/** The little of the host's file system that is looked at; a test gives another one. */
export interface HostFiles {
  /** Content, or `undefined` when it can't be read. */
  read(path: string): Promise<string | undefined>;
  /** Names in a folder; empty when it can't be read. */
  list(folder: string): Promise<string[]>;
  /** Numeric group, or `undefined` when it can't be looked at. */
  group(path: string): Promise<number | undefined>;
}

type Env = Readonly<Record<string, string | undefined>>;

const systemFiles: HostFiles = {
  read: (path) => readFile(path, 'utf8').catch(() => undefined),
  list: (folder) => readdir(folder).catch(() => []),
  group: (path) =>
    stat(path).then(
      ({ gid }) => gid,
      () => undefined,
    ),
};

const WSL_VARIABLES = ['WSL_DISTRO_NAME', 'WSL_INTEROP'];
const JETSON_MODEL = /\b(jetson|tegra|thor|orin|xavier)\b/i;
/** Device nodes that GPU strategies and their proofs look for. */
const GPU_NODE = /^(nvidia.*|nvhost-.*|nvmap|dxg)$/;
const JETSON_NODE = /^\/dev\/(nvhost-.*|nvmap)$/;
const FOLDERS_OF_NODES = ['nvgpu', 'nvidia-caps', 'dri'];

const detectWsl = (env: Env, engine: EngineFacts, kernelRelease: string): HostFacts['wsl'] => {
  const evidence = WSL_VARIABLES.filter((name) => env[name]).map((name) => `${name} is set`);
  if (/microsoft/i.test(kernelRelease)) evidence.push(`kernel ${kernelRelease}`);
  if (/microsoft/i.test(engine.kernelVersion)) evidence.push(`kernel of the engine ${engine.kernelVersion}`);
  return { detected: evidence.length > 0, evidence };
};

const isDockerDesktop = (engine: EngineFacts): boolean =>
  /docker desktop/i.test(engine.operatingSystem) ||
  engine.labels.some((label) => label.startsWith('com.docker.desktop.'));

const MODEL_FILES = ['/proc/device-tree/model', '/sys/class/dmi/id/product_name'];

const detectJetson = async (fs: HostFiles, deviceNodes: string[]): Promise<HostFacts['jetson']> => {
  const evidence: string[] = [];
  let model = '';
  for (const path of MODEL_FILES) {
    // A device tree's strings end with a zero byte.
    const text = (await fs.read(path))?.replaceAll('\0', '').trim() ?? '';
    if (!JETSON_MODEL.test(text)) continue;
    model ||= text;
    evidence.push(`${path}: ${text}`);
  }
  evidence.push(...deviceNodes.filter((node) => JETSON_NODE.test(node)));
  return { detected: evidence.length > 0, model, evidence };
};

/** Nodes under /dev, one level of folders deep, sorted. */
const listDeviceNodes = async (fs: HostFiles): Promise<string[]> => {
  const nodes = (await fs.list('/dev')).filter((name) => GPU_NODE.test(name) && !FOLDERS_OF_NODES.includes(name));
  const nested = await Promise.all(
    FOLDERS_OF_NODES.map(async (folder) => {
      const names = (await fs.list(`/dev/${folder}`)).sort();
      const inside = await Promise.all(
        names.map(async (name) => {
          const deeper = await fs.list(`/dev/${folder}/${name}`);
          return deeper.length === 0 ? [`${folder}/${name}`] : deeper.map((leaf) => `${folder}/${name}/${leaf}`);
        }),
      );
      return inside.flat();
    }),
  );
  return [...nodes, ...nested.flat()].sort().map((name) => `/dev/${name}`);
};

const groupsOf = async (fs: HostFiles, deviceNodes: string[]): Promise<Record<string, number>> => {
  const groups = await Promise.all(deviceNodes.map(async (node) => [node, await fs.group(node)] as const));
  return Object.fromEntries(groups.flatMap(([node, gid]) => (gid === undefined ? [] : [[node, gid]])));
};

/** The one detector of the host, once per command. The engine's own errors pass through. */
export const detectHostFacts = async (input: {
  driver: Pick<Driver, 'hostFacts'>;
  env: Env;
  fs?: HostFiles;
  signal?: AbortSignal;
}): Promise<HostFacts> => {
  const fs = input.fs ?? systemFiles;
  const [engine, deviceNodes, kernelRelease] = await Promise.all([
    input.driver.hostFacts(input.signal ? { signal: input.signal } : {}),
    listDeviceNodes(fs),
    fs.read('/proc/sys/kernel/osrelease'),
  ]);
  return {
    engine,
    wsl: detectWsl(input.env, engine, kernelRelease?.trim() ?? ''),
    dockerDesktop: isDockerDesktop(engine),
    jetson: await detectJetson(fs, deviceNodes),
    deviceNodes,
    deviceGroups: await groupsOf(fs, deviceNodes),
  };
};
