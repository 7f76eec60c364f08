import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RestartCase, runRestartCase } from './engine-restart.ts';
import { privateEngineRefusal } from './private-engine.ts';
import { makePrivateWorld, type PrivateWorld } from './private-world.ts';

const refusal = privateEngineRefusal();

/** The backup must not come up beside the replacement; every step and every way to go away: restarts.faults.ts. */
const ONE: RestartCase = { verb: 'gpu-set', step: 'rename', at: 'before', outage: 'stopped', programDies: false };

describe.skipIf(refusal)(`an engine restarts in the middle of a replacement${refusal ? ` (${refusal})` : ''}`, () => {
  let world: PrivateWorld;
  beforeAll(async () => {
    world = await makePrivateWorld('restarted-once');
  });
  afterAll(() => world.dispose());

  it('between the stop of the one and the start of the other', async () => {
    const { problems } = await runRestartCase(world, ONE);
    expect(problems).toEqual([]);
  });
});
