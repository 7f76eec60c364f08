import type { OnProgress } from '@nemoclaw/core';
import { LABELS } from '@nemoclaw/plugin-api';
import type { FaultWorld } from './world.ts';

/** Something that the program is asked to do, and what has to be there before. */
export interface SweptOperation {
  name: string;
  /** On an undisturbed engine. */
  prepare(world: FaultWorld): Promise<void>;
  /** `onStep` is told each step's id as it begins, and may keep the step waiting. */
  run(world: FaultWorld, onStep?: (id: string) => void): Promise<unknown>;
  /** What may be there once it was begun and all is settled again. */
  leads: readonly ('healthy' | 'none')[];
}

const progress = (onStep: ((id: string) => void) | undefined): { onProgress: OnProgress } => ({
  onProgress: (event) => {
    if (event.type === 'step' && event.state === 'started') onStep?.(event.id);
  },
});

const isReady = (world: FaultWorld): Promise<boolean> =>
  world.command(async (nemoclaw) => {
    const { records } = await nemoclaw.list();
    if (!records.some(({ name, phase }) => name === world.name && phase === 'ready')) return false;
    return (await nemoclaw.status(world.name, { live: true })).live?.verdict === 'ready';
  });

const sandbox = async (world: FaultWorld): Promise<void> => {
  if (await isReady(world).catch(() => false)) return;
  await world.wipe();
  await world.command((nemoclaw) => nemoclaw.onboard(world.input));
};

/** Every part of it that `recover` can make anew. */
const loseAll = async (world: FaultWorld): Promise<void> => {
  const labels = { [LABELS.sandbox]: world.name };
  for (const { id } of await world.driver.list(labels)) await world.driver.remove(id, { force: true });
  for (const { id } of await world.driver.listNetworks(labels)) await world.driver.removeNetwork(id);
};

const stopAll = async (world: FaultWorld): Promise<void> => {
  for (const { id } of await world.driver.list({ [LABELS.sandbox]: world.name }))
    await world.driver.stop(id, { timeoutSeconds: 5 });
};

export const OPERATIONS: readonly SweptOperation[] = [
  {
    name: 'onboard',
    prepare: (world) => world.wipe(),
    run: (world, onStep) => world.command((nemoclaw) => nemoclaw.onboard(world.input, progress(onStep))),
    leads: ['healthy', 'none'],
  },
  {
    name: 'gateway restart',
    prepare: sandbox,
    run: (world, onStep) => world.command((nemoclaw) => nemoclaw.gatewayRestart(world.name, progress(onStep))),
    leads: ['healthy'],
  },
  {
    name: 'gpu set',
    prepare: sandbox,
    run: (world, onStep) => world.command((nemoclaw) => nemoclaw.gpuSet(world.name, 'pretend', progress(onStep))),
    leads: ['healthy'],
  },
  {
    name: 'recover of what is stopped',
    async prepare(world) {
      await sandbox(world);
      await stopAll(world);
    },
    run: (world, onStep) => world.command((nemoclaw) => nemoclaw.recover(world.name, progress(onStep))),
    leads: ['healthy'],
  },
  {
    name: 'recover of what is gone',
    async prepare(world) {
      await sandbox(world);
      await loseAll(world);
    },
    run: (world, onStep) => world.command((nemoclaw) => nemoclaw.recover(world.name, progress(onStep))),
    leads: ['healthy'],
  },
  {
    name: 'destroy',
    prepare: sandbox,
    run: (world, onStep) => world.command((nemoclaw) => nemoclaw.destroy(world.name, progress(onStep))),
    leads: ['none', 'healthy'],
  },
];
