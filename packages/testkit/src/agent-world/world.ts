import { randomInt } from 'node:crypto';
import { type AgentConfigOutput, type AgentContribution, ALIASES } from '@nemoclaw/plugin-api';
import { containerSpec, engineDriver, testImages, testObjects } from '../contexts/engine/index.ts';
import { agentImage } from './agent-image.ts';
import { type AgentSandbox, sandbox } from './sandbox.ts';
import { DOOR_PORT, standInCommand } from './stand-in.ts';
import { volumesOf } from './volumes.ts';

export const AGENT_TOKEN = 'test-token-0123456789abcdef';

export interface AgentSandboxOptions {
  profile: string;
  /** A server that listens on this port of the world's `hostAddress`. */
  model: { id: string; contextTokens: number; port: number };
  /** By path, in place of what the plugin wrote. */
  sealed?: Record<string, string>;
}

/** An agent's real image and one network on the real engine, on which servers of this host are reached as `inference.local`. */
export async function makeAgentWorld(agent: AgentContribution, env: Readonly<Record<string, string | undefined>>) {
  const driver = engineDriver(env);
  const objects = testObjects(agent.id, env);
  const { labels } = objects;
  const images = await testImages(driver, env);
  const image = await agentImage(driver, images, agent);
  const network = await driver.ensureNetwork({
    name: objects.name('net'),
    labels,
    kind: 'egress',
    subnets: Array.from({ length: 8 }, () => `10.${randomInt(200, 250)}.${randomInt(256)}.0/28`),
  });
  let count = 0;

  const create = async (output: AgentConfigOutput): Promise<AgentSandbox> => {
    const name = objects.name(`${++count}`);
    const volumes = volumesOf(output).map((volume) => ({ ...volume, source: `${name}-${volume.purpose}` }));
    for (const { source, files } of volumes) {
      await driver.ensureVolume({ name: source, labels });
      await driver.putFiles({ volume: source, image: image.id, labels, files });
    }
    const spec = containerSpec({
      name,
      image: image.id,
      labels,
      entrypoint: [],
      command: standInCommand(output.runtime),
      hostname: 'fixed-host',
      networks: [{ network: network.id, aliases: [] }],
      extraHosts: { [ALIASES.inference]: network.gateway },
      mounts: [
        ...volumes.map(({ source, target, readOnly }) => ({ type: 'volume' as const, source, target, readOnly })),
        { type: 'tmpfs', target: '/run', sizeBytes: 16 << 20, mode: 0o755 },
        { type: 'tmpfs', target: '/tmp', sizeBytes: 512 << 20, mode: 0o1777, exec: true },
      ],
      limits: { memoryBytes: agent.memoryBytes, pids: 512 },
      ports: [{ containerPort: DOOR_PORT, hostPort: 0 }],
    });
    return sandbox(driver, (await driver.create(spec)).id, output);
  };

  return {
    driver,
    images,
    image,
    objects,
    /** Where a server of this host listens for the sandboxes. */
    hostAddress: network.gateway,

    /** A container with the flags of the real one, its volumes filled; started, its gateway not yet. */
    async sandbox({ profile, model, sealed = {} }: AgentSandboxOptions): Promise<AgentSandbox> {
      const output = agent.configure({
        sandbox: { id: '00000000-0000-4000-8000-000000000000', name: 'test' },
        model: {
          id: model.id,
          contextTokens: model.contextTokens,
          baseUrl: `http://${ALIASES.inference}:${model.port}/v1`,
        },
        profile: agent.profiles.find(({ id }) => id === profile)!,
        token: AGENT_TOKEN,
        isolation: 'shared',
      });
      for (const file of output.sealed) file.content = sealed[file.path] ?? file.content;
      const made = await create(output);
      await driver.start(made.id);
      return made;
    },

    async clean(): Promise<void> {
      for (const { id } of await driver.list(labels)) await driver.remove(id, { force: true });
      for (const volume of await driver.listVolumes(labels)) await driver.removeVolume(volume.name);
      await driver.removeNetwork(network.id);
    },
  };
}

export type AgentWorld = Awaited<ReturnType<typeof makeAgentWorld>>;
