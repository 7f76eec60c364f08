import { afterAll, beforeAll, expect, it } from 'vitest';
import { allHealthy } from '../crash/judge.ts';
import { type Bench, startBench } from '../crash/sandbox.ts';
import { mixed, rush } from './rush.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench('rush-few');
});
afterAll(() => bench.dispose());

// Twenty of them, also such as make and destroy it: rush.faults.ts.
it('a few mutating commands at once leave the sandbox healthy', { timeout: 600_000 }, async ({ task }) => {
  await bench.begin('healthy');
  const runners = mixed('rush-few', { 'gateway restart': 2, 'gpu set': 2, recover: 2 });
  const { done, wrong } = await rush(bench, 'a few', runners, task);
  expect(wrong).toEqual([]);
  expect(done).toBeGreaterThan(0);
  expect(await allHealthy(bench, ['rush-few'])).toEqual([]);
});
