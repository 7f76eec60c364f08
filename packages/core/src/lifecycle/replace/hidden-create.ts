import { type ContainerSpec, type ContainerState, type Driver, isCodedError, LABELS } from '@nemoclaw/plugin-api';
import { codedError } from '../../errors/index.ts';
import { isThrowAway } from '../names.ts';
import type { Clock } from '../services.ts';

interface Sought {
  driver: Driver;
  clock: Pick<Clock, 'elapsed' | 'sleep'>;
  sandboxId: string;
  generation: string;
  /** The name that the create was asked for; no other container of ours ever has it. */
  name: string;
  /** Of the same image and sandbox; its labels say that it is a stand-in. */
  stub: ContainerSpec;
  signal: AbortSignal;
}

const APPEARS_WITHIN_MS = 15_000;

const byLabels = async ({ driver, sandboxId, signal }: Sought): Promise<ContainerState[]> =>
  driver.list({ [LABELS.sandboxId]: sandboxId }, { signal });

/**
 * The container of this generation, also one whose create a crash hid: while a create is in flight it is in no list and
 * inspect knows no such name, and nobody's disconnect cancels it. But its name is taken: so a stand-in is created under it,
 * and either that succeeds, and is taken away, or the other one is there and shows itself in a moment.
 */
export const findHiddenCreate = async (sought: Sought): Promise<ContainerState | undefined> => {
  const { driver, clock, generation, name, stub, signal } = sought;
  const listed = async () =>
    (await byLabels(sought)).find((container) => container.labels[LABELS.generation] === generation);
  const there = await listed();
  if (there) return there;
  const begin = clock.elapsed();
  while (clock.elapsed() - begin < APPEARS_WITHIN_MS) {
    try {
      const { id } = await driver.create(stub, { signal });
      await driver.remove(id, { force: true, signal });
      return undefined;
    } catch (error) {
      if (!isCodedError(error) || error.code !== 'ENGINE_CONFLICT') throw error;
    }
    const mine = (await byLabels(sought)).filter((container) => container.name === name);
    for (const container of mine) {
      if (container.labels[LABELS.generation] === generation) return container;
      // A stand-in of an earlier try that was itself cut off.
      if (isThrowAway(container.labels)) await driver.remove(container.id, { force: true, signal });
    }
    await clock.sleep(200, signal);
  }
  throw codedError('OWNERSHIP_CONFLICT', {
    message: `The engine says that the name ${name} is taken, and shows no container of this sandbox under it.`,
    hint: `Look who has it (\`docker ps -a --filter name=${name}\`), then run recover again.`,
  });
};
