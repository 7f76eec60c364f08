import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bench, startBench } from './sandbox.ts';
import { type Sweep, spread, sweepPoints } from './sweep.ts';

/** A few of the crashes of each operation, from its first point to its last; all of them: crash.faults.ts. */
const SWEEPS: Sweep[] = [
  { operation: 'onboard', verb: 'onboard', start: 'none', choose: spread(6) },
  { operation: 'gpu set', verb: 'gpu set', start: 'healthy', choose: spread(5) },
  { operation: 'gateway restart', verb: 'gateway restart', start: 'healthy', choose: spread(2) },
  { operation: 'recover', verb: 'recover', start: 'healthy', choose: spread(2) },
  { operation: 'destroy', verb: 'destroy', start: 'healthy', choose: spread(2) },
];

describe('a crash here and there in every operation', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench('nicked');
  });
  afterAll(() => bench.dispose());

  // Seconds each; a machine that has much else to do takes longer.
  it.for(SWEEPS)('$operation', { timeout: 600_000 }, async (sweep, { task }) => {
    expect(await sweepPoints(bench, sweep, task)).toEqual([]);
  });
});
