import { isCodedError } from '@nemoclaw/plugin-api';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { converge } from '../engine/converge.ts';
import { NEVER_OPENS } from '../engine/model.ts';
import { OPERATIONS } from '../engine/operations.ts';
import { type FaultWorld, makeFaultWorld } from '../engine/world.ts';

const DAY_MS = 86_400_000;
const START_MS = 3_000;

describe('the wall clock goes back by a day in the middle of it', () => {
  let world: FaultWorld;
  beforeAll(async () => {
    world = await makeFaultWorld('clock-back');
  });
  afterEach(() => void vi.useRealTimers());
  afterAll(() => world.dispose());

  /** Each time that it is called a day earlier; timers and the monotonic clock go on as they are. */
  const aDayBack = () => {
    const now = new Date(Date.now() - DAY_MS);
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(now);
  };

  it('an agent that never opens its port is given up within its bound all the same', async () => {
    const begin = performance.now();
    const onProgress = (event: { type: string; state?: string }) => {
      if (event.type === 'step' && event.state === 'started') aDayBack();
    };
    const error: unknown = await world
      .command((nemoclaw) => nemoclaw.onboard({ ...world.input, model: NEVER_OPENS.id }, { onProgress }), {
        NEMOCLAW_START_TIMEOUT_MS: String(START_MS),
      })
      .catch((failure: unknown) => failure);
    expect(isCodedError(error) && error.code).toBe('GATEWAY_START_FAILED');
    expect(performance.now() - begin).toBeLessThan(120_000);
    expect(await world.remains()).toEqual([]);
  });

  it.each(OPERATIONS.filter(({ name }) => ['onboard', 'gpu set', 'recover of what is gone'].includes(name)))(
    '$name goes through',
    async (operation) => {
      await operation.prepare(world);
      await operation.run(world, aDayBack);
      vi.useRealTimers();
      expect(await converge(world, ['healthy'])).toMatchObject({ problems: [] });
    },
  );
});
