import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ALIASES, type ContainerSpec, type Driver, IDS, type NetworkSpec, PATHS, PORTS } from '@nemoclaw/plugin-api';
import { containerSpec, engineDriver, testImages, testObjects } from '@nemoclaw/testkit/contexts/engine';
import { relayBundle } from '../bundle.ts';
import type { RelayConfig } from '../protocol.ts';
import { agentProgram } from './agent-container.ts';
import { type Certificate, makeCertificate } from './certificate.ts';
import { TEST_KEY } from './config.ts';

export interface Exit {
  code: number;
  stdout: string;
  stderr: string;
}

/** Both networks, the relay's image and its volume on the real engine. `clean` takes all of it away. */
export const createWorld = async () => {
  const env = process.env;
  const driver: Driver = engineDriver(env);
  const { name, labels } = testObjects('relay', env);
  const certificate = await makeCertificate(ALIASES.inference);
  const image = await relayImage(driver, name('image'), labels);
  const network = (kind: NetworkSpec['kind']) =>
    driver.ensureNetwork({ name: name(kind), labels, kind, subnets: subnets() });
  const [inside, outside] = [await network('isolated'), await network('egress')];
  const container = async (spec: Partial<ContainerSpec> & { name: string }): Promise<string> => {
    const { id } = await driver.create(containerSpec({ image, labels, capAdd: [], ...spec }));
    return id;
  };

  return {
    driver,
    certificate,
    inside,
    outside,

    /** Created, its configuration in a volume as the core puts it there; not started. */
    async relay(config: RelayConfig): Promise<string> {
      const volume = name('config');
      await driver.ensureVolume({ name: volume, labels });
      await driver.putFiles({ volume, image, labels, files: configFiles(config, certificate) });
      return container({
        name: name('relay'),
        user: `${IDS.relay}:${IDS.relay}`,
        command: [PATHS.node, PATHS.relay, 'run'],
        networks: [
          { network: outside.id, aliases: [] },
          { network: inside.id, aliases: [ALIASES.inference, ALIASES.egress] },
        ],
        mounts: [
          { type: 'volume', source: volume, target: PATHS.relayConfigDir, readOnly: true },
          { type: 'tmpfs', target: '/run/nemoclaw', uid: IDS.relay, gid: IDS.relay, mode: 0o700, sizeBytes: 1 << 20 },
        ],
        sysctls: { 'net.ipv4.ip_forward': '0' },
        ports: [{ containerPort: PORTS.ingress, hostPort: 0 }],
        limits: { memoryBytes: 256 << 20, pids: 64 },
      });
    },

    async startAgent(): Promise<string> {
      const networks = [{ network: inside.id, aliases: [ALIASES.agent] }];
      const id = await container({ name: name('agent'), networks, command: [PATHS.node, '-e', agentProgram] });
      await driver.start(id);
      return id;
    },

    /** Takes an address on the inner network and does nothing with it. */
    async startIdler(): Promise<string> {
      const id = await container({ name: name('idler'), networks: [{ network: inside.id, aliases: [] }] });
      await driver.start(id);
      return id;
    },

    async run(id: string, uid: number, argv: string[], more: { stdin?: string; env?: Record<string, string> } = {}) {
      const { exitCode, stdout, stderr } = await driver.exec(id, { argv, uid, gid: uid, timeoutMs: 30_000, ...more });
      return { code: exitCode, stdout: stdout.toString(), stderr: stderr.toString() } satisfies Exit;
    },

    async logs(id: string): Promise<string> {
      let text = '';
      for await (const line of driver.logs(id, { tail: 1_000, follow: false })) text += `${line.text}\n`;
      return text;
    },

    async clean(): Promise<void> {
      for (const { id } of await driver.list(labels)) await driver.remove(id, { force: true });
      for (const { id } of await driver.listNetworks(labels)) await driver.removeNetwork(id);
      for (const volume of await driver.listVolumes(labels)) await driver.removeVolume(volume.name);
      await driver.removeImage(image);
    },
  };
};

export type World = Awaited<ReturnType<typeof createWorld>>;

const relayImage = async (driver: Driver, repository: string, labels: Record<string, string>): Promise<string> => {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/bundle.ts', import.meta.url))]);
  const { base } = await testImages(driver, process.env);
  const tag = `${repository}:test`;
  await driver.buildImage(
    {
      tag,
      dockerfile: `FROM ${base}\nCOPY relay.mjs ${PATHS.relay}\n`,
      files: [{ path: 'relay.mjs', content: await readFile(relayBundle()), mode: 0o644 }],
      buildArgs: {},
      labels,
      hostNetwork: false,
    },
    () => undefined,
  );
  return tag;
};

const configFiles = (config: RelayConfig, { cert, key }: Certificate) =>
  Object.entries({
    'relay.json': JSON.stringify(config),
    'leaf.pem': cert,
    'leaf.key': key,
    'provider.key': TEST_KEY,
  }).map(([path, content]) => ({ path, content, type: 'file' as const, mode: 0o400, uid: IDS.relay, gid: IDS.relay }));

/** Several, since others may use one of them. */
const subnets = (): string[] => Array.from({ length: 5 }, () => `10.213.${randomInt(100, 250)}.0/24`);
