import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { betweenSteps } from './choose.ts';
import { OPERATIONS } from './operations.ts';
import type { Strike } from './points.ts';
import { type Bench, startBench } from './sandbox.ts';
import { type Sweep, sweepPoints } from './sweep.ts';

const VICTIMS: Strike[] = ['agent', 'every container'];
describe('containers die between any two steps of every operation', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench('bereaved');
  });
  afterAll(() => bench.dispose());

  const sweeps = OPERATIONS.flatMap((sweep) =>
    VICTIMS.map((strike): Sweep => ({ ...sweep, strike, choose: betweenSteps })),
  );
  it.for(sweeps)('$operation, $strike', async (sweep, { task }) => {
    expect(await sweepPoints(bench, sweep, task)).toEqual([]);
  });
});
