import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RestartCase, runRestartCase } from './engine-restart.ts';
import { privateEngineRefusal } from './private-engine.ts';
import { makePrivateWorld, type PrivateWorld } from './private-world.ts';

const refusal = privateEngineRefusal();

/** Between the stop of the one and the start of the other: the backup must not come up beside the replacement. */
const CASES: RestartCase[] = [
  { verb: 'gpu-set', step: 'rename', outage: 'stopped', programDies: false },
  { verb: 'gpu-set', step: 'start', outage: 'power cut', programDies: true },
];

describe.skipIf(refusal)(`an engine restarts in the middle of a replacement${refusal ? ` (${refusal})` : ''}`, () => {
  let world: PrivateWorld;
  beforeAll(async () => {
    world = await makePrivateWorld('restarted-once');
  });
  afterAll(() => world.dispose());

  it.each(CASES)('$outage before $step', async (one) => {
    const { problems } = await runRestartCase(world, one);
    expect(problems).toEqual([]);
  });
});
