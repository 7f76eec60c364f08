import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxRecord } from '@nemoclaw/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { report } from '../report/row.ts';
import { eachOnce } from './choose.ts';
import { allHealthy } from './judge.ts';
import { type Bench, startBench } from './sandbox.ts';
import { type Sweep, sweepPoints } from './sweep.ts';
import type { Verb } from './world.ts';

/** The one write that makes the replacement the sandbox. */
const COMMITTED = 'ownership: authoritative, retired, intent';

/** Something to recover: an operation that was cut off right after it wrote that. */
const cutOff = (verb: Verb, label: string) => async (bench: Bench) => {
  const ended = await bench.inChild(verb, { label, nth: 1, moment: 'after', strike: 'crash' });
  if (!('how' in ended) || ended.how !== 'killed') throw new Error(`${verb} never came to ${label}`);
};
/** As if this program had built other images when it was made: the same container by another, with sealed files of its own, and the relay anew. */
const isOfOldImages = async ({ home, name }: Bench) => {
  const path = join(home, 'sandboxes', name, 'sandbox.json');
  const record = JSON.parse(await readFile(path, 'utf8')) as SandboxRecord;
  const old = { id: `sha256:${'0'.repeat(64)}` };
  const then = { ...record, image: { ...record.image, ...old }, relayImage: { ...record.relayImage, ...old } };
  await writeFile(path, JSON.stringify(then));
};
const losesEverything = async ({ driver, nemoclaw, name }: Bench) => {
  const { live } = await nemoclaw.status(name, { live: true });
  const id = live?.agent.containerId ?? '';
  const network = (await driver.inspect(id))?.networks[0]?.id ?? '';
  for (const one of [id, live?.relay.containerId ?? '']) await driver.remove(one, { force: true });
  await driver.removeNetwork(network);
};

const SWEEPS: Sweep[] = [
  { operation: 'onboard', verb: 'onboard', start: 'none' },
  { operation: 'gpu set', verb: 'gpu set', start: 'healthy' },
  { operation: 'gateway restart', verb: 'gateway restart', start: 'healthy', execs: true },
  { operation: 'recover of a healthy sandbox', verb: 'recover', start: 'healthy', execs: true },
  { operation: 'destroy', verb: 'destroy', start: 'healthy' },
];

/** The same operations from elsewhere, or with something else after them. */
const VARIATIONS: Sweep[] = [
  { operation: 'onboard, then destroy', verb: 'onboard', start: 'none', next: 'destroy' },
  { operation: 'gpu set, then destroy', verb: 'gpu set', start: 'healthy', next: 'destroy' },
  { operation: 'gpu set, its journal lost', verb: 'gpu set', start: 'healthy', losesJournal: true },
  { operation: 'gpu set off', verb: 'gpu off', start: 'healthy with gpu' },
  { operation: 'upgrade', verb: 'upgrade', start: 'healthy', arrange: isOfOldImages },
  {
    operation: 'recover of what lost its containers',
    verb: 'recover',
    start: 'healthy',
    execs: true,
    arrange: losesEverything,
  },
  {
    operation: 'recover of an onboard',
    verb: 'recover',
    start: 'none',
    arrange: cutOff('onboard', 'journal: start done'),
  },
  {
    operation: 'recover of a gpu set before its commit',
    verb: 'recover',
    start: 'healthy',
    arrange: cutOff('gpu set', 'journal: start done'),
  },
  {
    operation: 'recover of a gpu set past its commit',
    verb: 'recover',
    start: 'healthy',
    arrange: cutOff('gpu set', COMMITTED),
  },
  {
    operation: 'recover of a destroy',
    verb: 'recover',
    start: 'healthy',
    arrange: cutOff('destroy', 'journal: containers running'),
  },
];

describe('a crash at every point of every operation', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench('swept');
  });
  afterAll(() => bench.dispose());

  // A crash, its journal lost, and one of the two containers as well: what is left is settled by the ownership journal alone.
  it.for([
    ['journal: start done', 'went on with the replacement: the container that it replaces is gone'],
    [COMMITTED, 'went back to the container that had been replaced: its replacement is gone'],
  ] as const)('gpu set, cut off at %s, its container gone', async ([label, said], { task }) => {
    const begin = performance.now();
    await bench.begin('healthy');
    await cutOff('gpu set', label)(bench);
    await bench.loseJournal();
    await bench.driver.remove(bench.ownership().authoritative?.id ?? '', { force: true });
    const { verdict, actions } = await bench.nemoclaw.recover(bench.name);
    const good = actions.includes(said) && (await allHealthy(bench, [bench.name])).length === 0;
    const row = { suite: 'crash', operation: 'gpu set, its journal and container lost', point: label, fault: 'after' };
    report(task, { ...row, outcome: `${verdict}: ${actions.join('; ')}`, good, elapsedMs: performance.now() - begin });
    expect({ verdict, actions }).toEqual({ verdict: 'healthy', actions: expect.arrayContaining([said]) });
    expect(await allHealthy(bench, [bench.name])).toEqual([]);
  });

  const all = [...SWEEPS, ...VARIATIONS.map((sweep): Sweep => ({ ...sweep, choose: eachOnce }))];
  it.for(all)('$operation', async (sweep, { task }) => {
    expect(await sweepPoints(bench, sweep, task)).toEqual([]);
  });
});
