import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { IDS, PATHS } from '@nemoclaw/plugin-api';
import type { RestartFailure, SupervisorConfig } from '../protocol.ts';
import { parseSupervisorConfig } from './config.ts';
import { distrust } from './path.ts';

/** Why nothing is launched; whatever runs keeps running. */
export class Refusal extends Error {
  readonly code: RestartFailure;
  constructor(code: RestartFailure, message: string) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
  }
}

const MAX_BYTES = 4 << 20;

/** Root without capabilities can't open what is somebody else's own: then that is why. */
const whyNotOpened = async (path: string, { code }: NodeJS.ErrnoException): Promise<string> => {
  if (code === 'ELOOP') return `${path} is a link`;
  const owner = code === 'EACCES' ? (await lstat(path).catch(() => undefined))?.uid : undefined;
  return owner === undefined || owner === 0 ? `${path}: ${code}` : `${path} belongs to uid ${owner}, not to root`;
};

/** One file of root's, never through a link, checked on the very handle that is read. */
const readSealed = async (path: string, allowedMode: number, group: number | undefined): Promise<Buffer> => {
  const why = await distrust(dirname(path), 'directory');
  if (why !== undefined) throw new Refusal('unsafe_config_path', why);
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    async (error: NodeJS.ErrnoException) => {
      throw new Refusal('unsafe_config_path', await whyNotOpened(path, error));
    },
  );
  try {
    const stats = await file.stat();
    const mode = stats.mode & 0o7777;
    if (!stats.isFile()) throw new Refusal('unsafe_config_path', `${path} is not a regular file`);
    if (stats.uid !== 0) throw new Refusal('unsafe_config_path', `${path} belongs to uid ${stats.uid}, not to root`);
    if (stats.size > MAX_BYTES) throw new Refusal('unsafe_config_path', `${path} has ${stats.size} bytes`);
    if ((mode & ~allowedMode) !== 0 || (group !== undefined && stats.gid !== group)) {
      throw new Refusal(
        'secret_boundary',
        `${path} has mode ${mode.toString(8)} and group ${stats.gid}; at most ${allowedMode.toString(8)} of its own group is safe`,
      );
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
};

/** supervisor.json, read afresh before each launch: the host may have sealed a new one. */
export const readConfig = async (): Promise<SupervisorConfig> => {
  const text = (await readSealed(PATHS.supervisorConfig, 0o600, undefined)).toString('utf8');
  try {
    return parseSupervisorConfig(text);
  } catch (error) {
    throw new Refusal('config_hash_mismatch', (error as Error).message);
  }
};

/** An interpreter takes the program as its first argument. */
const programsOf = (argv: readonly string[]): string[] =>
  argv.slice(0, 2).filter((part, index) => index === 0 || part.startsWith('/'));

/** Throws a Refusal unless program and sealed files are what the host put there and nobody else can change or read them. */
export const checkSealed = async (config: SupervisorConfig): Promise<void> => {
  const { command, tools } = config.runtime;
  for (const [what, argv] of [
    ["the agent's program", command],
    ["the tools' program", tools?.command ?? []],
    ["the tools' liaison", tools?.liaison?.command ?? []],
  ] as const) {
    for (const path of programsOf(argv)) {
      const why = await distrust(path, 'file');
      if (why !== undefined) throw new Refusal('unsafe_config_path', `${what}: ${why}`);
    }
  }
  const files = [
    ...Object.entries(config.sealedHashes).map((entry) => [...entry, IDS.gateway] as const),
    ...Object.entries(config.sealedToolsHashes ?? {}).map((entry) => [...entry, IDS.tools] as const),
  ];
  for (const [path, expected, group] of files) {
    const content = await readSealed(path, 0o640, group);
    const actual = createHash('sha256').update(content).digest('hex');
    if (actual !== expected.toLowerCase()) {
      throw new Refusal(
        'config_hash_mismatch',
        `${path} is not what the host sealed (sha256 ${actual.slice(0, 12)}…, expected ${expected.slice(0, 12)}…)`,
      );
    }
  }
};
