import { CodedError } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { removeVolumes } from './remove-volumes.ts';
import { fastClock } from './services.fixture.ts';

/** Two volumes, the first of which is held until that many looks for containers were made. */
const remove = async (heldFor: number, code = 'ENGINE_CONFLICT') => {
  const there = ['state', 'tools'];
  let looks = 0;
  const clock = fastClock();
  const outcome = removeVolumes({
    driver: {
      listVolumes: async () => there.map((name) => ({ name, labels: {}, created: false })),
      removeVolume: async (name) => {
        if (name === 'state' && looks <= heldFor) throw new CodedError(code, { message: 'volume is in use' });
        there.splice(there.indexOf(name), 1);
      },
    },
    clock,
    sandboxId: 's1',
    removeContainers: async () => void looks++,
    signal: new AbortController().signal,
  });
  return { removed: await outcome, there, looks, elapsed: clock.elapsed() };
};

describe('removeVolumes', () => {
  it('looks for containers first, once where nothing holds them', async () => {
    expect(await remove(0)).toMatchObject({ removed: 2, there: [], looks: 1, elapsed: 0 });
  });

  it('removes what held one and had not been seen', async () => {
    expect(await remove(3)).toMatchObject({ removed: 2, there: [], looks: 4 });
  });

  it('gives up when one stays in use, and at once when the engine says something else', async () => {
    await expect(remove(Number.POSITIVE_INFINITY)).rejects.toMatchObject({ code: 'ENGINE_CONFLICT' });
    await expect(remove(1, 'ENGINE_ERROR')).rejects.toMatchObject({ code: 'ENGINE_ERROR' });
  });
});
