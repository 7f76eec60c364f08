import { type Driver, isCodedError, LABELS } from '@nemoclaw/plugin-api';
import type { Clock } from './services.ts';

interface Removal {
  driver: Pick<Driver, 'listVolumes' | 'removeVolume'>;
  clock: Pick<Clock, 'elapsed' | 'sleep'>;
  sandboxId: string;
  /** Of the sandbox, and whatever else may hold its volumes. */
  removeContainers(): Promise<unknown>;
  signal: AbortSignal;
}

const LET_GO_WITHIN_MS = 10_000;

/**
 * Every volume of the sandbox, after its containers; resolves with how many there were. A helper whose create a crash hid
 * holds one before anybody can see it: so those that are in use are tried again, and what showed itself is removed before.
 */
export const removeVolumes = async (removal: Removal): Promise<number> => {
  const { driver, clock, sandboxId, removeContainers, signal } = removal;
  const begin = clock.elapsed();
  let removed = 0;
  for (;;) {
    await removeContainers();
    try {
      for (const { name } of await driver.listVolumes({ [LABELS.sandboxId]: sandboxId }, { signal })) {
        await driver.removeVolume(name, { signal });
        removed += 1;
      }
      return removed;
    } catch (error) {
      const held = isCodedError(error) && error.code === 'ENGINE_CONFLICT';
      if (!held || clock.elapsed() - begin > LET_GO_WITHIN_MS) throw error;
    }
    await clock.sleep(200, signal);
  }
};
