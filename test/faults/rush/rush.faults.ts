import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { allHealthy } from '../crash/judge.ts';
import { type Bench, startBench } from '../crash/sandbox.ts';
import { mixed, rush } from './rush.ts';

const NAMES = ['rush-a', 'rush-b', 'rush-c', 'rush-d'];

describe('twenty mutating commands at once', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench ??= await startBench('rush-a');
  });
  afterAll(() => bench?.dispose());

  const there = async (): Promise<string[]> => (await bench.nemoclaw.list()).records.map(({ name }) => name);

  it('on one sandbox leave it healthy', async ({ task }) => {
    await bench.begin('healthy');
    const runners = mixed('rush-a', { 'gateway restart': 7, 'gpu set': 4, 'gpu off': 3, recover: 6 });
    const { done, wrong } = await rush(bench, 'on one sandbox', runners, task);
    expect(wrong).toEqual([]);
    expect(done).toBeGreaterThan(0);
    expect(await allHealthy(bench, ['rush-a'])).toEqual([]);
  });

  it('that make and destroy one leave it healthy or leave none', async ({ task }) => {
    await bench.begin('healthy');
    const runners = mixed('rush-a', { destroy: 7, onboard: 8, recover: 3, 'gpu set': 2 });
    const { done, wrong } = await rush(bench, 'make and destroy one', runners, task);
    expect(wrong).toEqual([]);
    expect(done).toBeGreaterThan(0);
    expect(await allHealthy(bench, await there())).toEqual([]);
  });

  it('on several sandboxes make each of them once', async ({ task }) => {
    await bench.begin('none');
    const runners = NAMES.flatMap((name) => mixed(name, { onboard: 3, recover: 1, destroy: 1 }));
    const { wrong } = await rush(bench, 'on several sandboxes', runners, task);
    expect(wrong).toEqual([]);
    expect(await allHealthy(bench, await there())).toEqual([]);
    for (const name of await there()) await bench.nemoclaw.destroy(name);
    expect(await allHealthy(bench, [])).toEqual([]);
  });
});
