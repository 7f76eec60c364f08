import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bench, startBench } from './sandbox.ts';
import { type Sweep, steps, sweepPoints } from './sweep.ts';
import type { Verb } from './world.ts';

/** Something to recover: an operation that was cut off right after it wrote that. */
const cutOff = (verb: Verb, label: string) => async (bench: Bench) => {
  const ended = await bench.inChild(verb, { label, nth: 1, moment: 'after' });
  if (!('how' in ended) || ended.how !== 'killed') throw new Error(`${verb} never came to ${label}`);
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
  { operation: 'onboard, then destroy', verb: 'onboard', start: 'none', next: 'destroy', choose: steps },
  { operation: 'gpu set', verb: 'gpu set', start: 'healthy' },
  { operation: 'gpu set off', verb: 'gpu off', start: 'healthy with gpu', choose: steps },
  { operation: 'gpu set, then destroy', verb: 'gpu set', start: 'healthy', next: 'destroy', choose: steps },
  { operation: 'gpu set, its journal lost', verb: 'gpu set', start: 'healthy', losesJournal: true },
  { operation: 'gateway restart', verb: 'gateway restart', start: 'healthy' },
  { operation: 'recover of a healthy sandbox', verb: 'recover', start: 'healthy' },
  { operation: 'recover of what lost its containers', verb: 'recover', start: 'healthy', arrange: losesEverything },
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
    arrange: cutOff('gpu set', 'ownership: authoritative, retired, intent'),
  },
  {
    operation: 'recover of a destroy',
    verb: 'recover',
    start: 'healthy',
    arrange: cutOff('destroy', 'journal: containers running'),
  },
  { operation: 'destroy', verb: 'destroy', start: 'healthy' },
];

describe('a crash at every point of every operation', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench('swept');
  });
  afterAll(() => bench.dispose());

  it.for(SWEEPS)('$operation', async (sweep, { task }) => {
    expect(await sweepPoints(bench, sweep, task)).toEqual([]);
  });
});
