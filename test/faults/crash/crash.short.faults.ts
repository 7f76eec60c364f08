import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { betweenSteps, spread } from './choose.ts';
import { type Bench, startBench } from './sandbox.ts';
import { type Sweep, sweepPoints } from './sweep.ts';

/** A few of the points of each operation, from its first to its last; all of them: crash.faults.ts and those beside it. */
const SWEEPS: Sweep[] = [
  { operation: 'onboard', verb: 'onboard', start: 'none', strike: 'crash', choose: spread(6) },
  { operation: 'gpu set', verb: 'gpu set', start: 'healthy', strike: 'crash', choose: spread(5) },
  { operation: 'gateway restart', verb: 'gateway restart', start: 'healthy', strike: 'crash', choose: spread(3) },
  { operation: 'recover', verb: 'recover', start: 'healthy', strike: 'crash', choose: spread(3) },
  { operation: 'destroy', verb: 'destroy', start: 'healthy', strike: 'crash', choose: spread(3) },
  // The program lives: it is asked to stop, or what it works on dies.
  { operation: 'onboard', verb: 'onboard', start: 'none', strike: 'SIGINT', choose: spread(3) },
  { operation: 'gpu set', verb: 'gpu set', start: 'healthy', strike: 'SIGINT', choose: spread(3) },
  {
    operation: 'gpu set',
    verb: 'gpu set',
    start: 'healthy',
    strike: 'every container',
    choose: spread(3, betweenSteps),
  },
];

describe('a crash here and there in every operation', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench('nicked');
  });
  afterAll(() => bench.dispose());

  // Seconds each; a machine that has much else to do takes longer.
  it.for(SWEEPS)('$operation, $strike', { timeout: 600_000 }, async (sweep, { task }) => {
    expect(await sweepPoints(bench, sweep, task)).toEqual([]);
  });
});
