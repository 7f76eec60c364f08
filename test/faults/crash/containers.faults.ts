import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Victim } from './kill-containers.ts';
import { type Bench, startBench } from './sandbox.ts';
import { betweenSteps, type Sweep, sweepPoints } from './sweep.ts';

const VICTIMS: Victim[] = ['agent', 'every container'];
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
    VICTIMS.map((victim): Sweep => ({ ...sweep, victim, choose: betweenSteps })),
  );
  it.for(sweeps)('$operation, $victim', async (sweep, { task }) => {
    expect(await sweepPoints(bench, sweep, task)).toEqual([]);
  });
});
