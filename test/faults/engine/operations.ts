import { LABELS } from '@nemoclaw/plugin-api';
import type { FaultWorld } from './world.ts';

/** Something that the program is asked to do, and what has to be there before. */
export interface SweptOperation {
  name: string;
  /** On an undisturbed engine. */
  prepare(world: FaultWorld): Promise<void>;
  run(world: FaultWorld): Promise<unknown>;
  /** What may be there once it was begun and all is settled again. */
  leads: readonly ('healthy' | 'none')[];
}

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
    run: (world) => world.command((nemoclaw) => nemoclaw.onboard(world.input)),
    leads: ['healthy', 'none'],
  },
  {
    name: 'gateway restart',
    prepare: sandbox,
    run: (world) => world.command((nemoclaw) => nemoclaw.gatewayRestart(world.name, {})),
    leads: ['healthy'],
  },
  {
    name: 'gpu set',
    prepare: sandbox,
    run: (world) => world.command((nemoclaw) => nemoclaw.gpuSet(world.name, 'pretend')),
    leads: ['healthy'],
  },
  {
    name: 'recover of what is stopped',
    async prepare(world) {
      await sandbox(world);
      await stopAll(world);
    },
    run: (world) => world.command((nemoclaw) => nemoclaw.recover(world.name)),
    leads: ['healthy'],
  },
  {
    name: 'recover of what is gone',
    async prepare(world) {
      await sandbox(world);
      await loseAll(world);
    },
    run: (world) => world.command((nemoclaw) => nemoclaw.recover(world.name)),
    leads: ['healthy'],
  },
  {
    name: 'destroy',
    prepare: sandbox,
    run: (world) => world.command((nemoclaw) => nemoclaw.destroy(world.name)),
    leads: ['none', 'healthy'],
  },
];
