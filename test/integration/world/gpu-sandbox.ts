import type { GpuSetResult, OnboardResult } from '@nemoclaw/core';
import { type ContainerState, type Driver, IDS, LABELS } from '@nemoclaw/plugin-api';
import { startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { type Misbehaviour, TINY_AGENT, tinyOrders } from '@nemoclaw/testkit/tiny-agent';
import { expect } from 'vitest';
import { type Envelope, makeWorld, type World } from './cli.ts';
import { QUICK } from './core.ts';
import { agentIdOf, openEngine, ownershipOf, remains } from './engine.ts';
import { type FakeGpu, fakeGpu } from './gpu.ts';
import { freePort } from './port.ts';
import { writeVolumeFile } from './volume.ts';

type Said<T> = Envelope<T> & { exitCode: number };
type Env = Record<string, string>;

/** A tiny agent's sandbox and a GPU of its own, which is there when a test says so; everything through the command line. */
export interface GpuSandbox {
  world: World;
  driver: Driver;
  gpu: FakeGpu;
  onboard(more: string[], env?: Env, name?: string): Promise<Said<OnboardResult>>;
  set(strategy: string): Promise<Said<GpuSetResult>>;
  /** What the agent does wrong from its next start on. */
  order(wrong: Partial<Misbehaviour>): Promise<void>;
  /** Agent, staging, backup and throw-away containers. */
  containers(): Promise<ContainerState[]>;
  /** The one agent container, running, the journal's own; fails when there is another, or a replacement is open. */
  theOne(): Promise<ContainerState>;
  hostConfig(): Promise<Record<string, unknown>>;
  dispose(): Promise<void>;
}

const ROLES = ['agent', 'staging', 'backup', 'helper', 'probe'];

export const makeGpuSandbox = async (name: string): Promise<GpuSandbox> => {
  const driver = openEngine();
  const gpu = fakeGpu(driver);
  // Its own device by its own name: another test on this engine may have one too.
  const world = makeWorld({ ...QUICK, NEMOCLAW_GPU_DEVICE: gpu.device });
  const model = await startScriptedModel({
    models: [{ id: 'scripted-1', context: 8_192 }],
    respond: () => text('hello'),
    host: '0.0.0.0',
  });
  expect((await world.json(['plugins', 'link', TINY_AGENT.root])).error).toBeUndefined();
  const containers = async (): Promise<ContainerState[]> =>
    (await driver.list({ [LABELS.sandbox]: name })).filter(({ labels }) => ROLES.includes(labels[LABELS.role] ?? ''));
  return {
    world,
    driver,
    gpu,
    containers,
    onboard: async (more, env = {}, as = name) =>
      world.json<OnboardResult>(
        [
          ...['onboard', '--name', as, '--agent', 'tiny', '--provider', 'openai-compatible'],
          ...['--endpoint', model.baseUrl, '--model', 'scripted-1', '--no-smoke', '--yes', ...more],
          ...['--port', `${await freePort()}`],
        ],
        { env: { ...world.env, ...env } },
      ),
    set: (strategy) => world.json<GpuSetResult>([name, 'gpu', 'set', strategy]),
    order(wrong) {
      const { path, content, mode } = tinyOrders(wrong);
      return writeVolumeFile(driver, world, name, 'state', path, content, { uid: IDS.gateway, mode });
    },
    async theOne() {
      const all = await containers();
      expect(all.map(({ name: its, phase }) => [its, phase])).toEqual([[expect.stringContaining(name), 'running']]);
      expect(all[0]?.id).toBe(agentIdOf(world, name));
      expect(ownershipOf(world, name)).toMatchObject({ intent: null, retired: [] });
      return all[0] as ContainerState;
    },
    async hostConfig() {
      const raw = await driver.inspectRaw(agentIdOf(world, name));
      return (raw as never as { HostConfig: Record<string, unknown> }).HostConfig;
    },
    async dispose() {
      await model.close();
      await world.dispose();
      expect(await remains(driver, name)).toEqual([]);
    },
  };
};
