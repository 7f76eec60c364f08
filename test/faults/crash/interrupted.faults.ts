import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eachOnce } from './choose.ts';
import { type Bench, startBench } from './sandbox.ts';
import { type Sweep, sweepPoints } from './sweep.ts';

const SWEEPS: Sweep[] = [
  { operation: 'onboard', verb: 'onboard', start: 'none' },
  { operation: 'gpu set', verb: 'gpu set', start: 'healthy' },
  { operation: 'gateway restart', verb: 'gateway restart', start: 'healthy', execs: true },
  { operation: 'recover', verb: 'recover', start: 'healthy', execs: true },
  { operation: 'destroy', verb: 'destroy', start: 'healthy' },
];

describe('Ctrl+C at every point of every operation', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench('stopped');
  });
  afterAll(() => bench.dispose());

  it.for(SWEEPS)('$operation', async (sweep, { task }) => {
    expect(await sweepPoints(bench, { ...sweep, strike: 'SIGINT', choose: eachOnce }, task)).toEqual([]);
  });
});
