import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { betweenSteps } from './choose.ts';
import type { Strike } from './points.ts';
import { type Bench, startBench } from './sandbox.ts';
import { type Sweep, sweepPoints } from './sweep.ts';

const VICTIMS: Strike[] = ['agent', 'every container'];
const OPERATIONS: Sweep[] = [
  { operation: 'onboard', verb: 'onboard', start: 'none' },
  { operation: 'gpu set', verb: 'gpu set', start: 'healthy' },
  { operation: 'gateway restart', verb: 'gateway restart', start: 'healthy' },
  { operation: 'recover', verb: 'recover', start: 'healthy' },
  { operation: 'destroy', verb: 'destroy', start: 'healthy' },
];

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
