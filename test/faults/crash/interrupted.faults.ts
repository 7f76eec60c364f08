import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eachOnce } from './choose.ts';
import { OPERATIONS } from './operations.ts';
import { type Bench, startBench } from './sandbox.ts';
import { sweepPoints } from './sweep.ts';

describe('Ctrl+C at every point of every operation', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench('stopped');
  });
  afterAll(() => bench.dispose());

  it.for(OPERATIONS)('$operation', async (sweep, { task }) => {
    expect(await sweepPoints(bench, { ...sweep, strike: 'SIGINT', choose: eachOnce }, task)).toEqual([]);
  });
});
