import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from './apply-fault.ts';
import { OPERATIONS } from './operations.ts';
import { runCase } from './sweep.ts';
import { type FaultWorld, makeFaultWorld } from './world.ts';

/** One of each fault, where it hurts most; all of them are swept by calls.faults.ts. */
const CASES: [string, string, number, Fault][] = [
  ['onboard', 'POST /containers/create probe', 0, 'twice'],
  ['onboard', 'POST /containers/create agent', 0, 'answer-lost'],
  ['gateway restart', 'POST /exec/{agent}/start', 0, 'cut'],
  ['gpu set', 'POST /containers/{agent}/rename', 1, 'answered-500'],
  ['gpu set', 'POST /containers/{agent}/update', 0, 'delayed'],
  ['destroy', 'DELETE /containers/{agent}', 0, 'refused'],
];

describe('one call to the engine goes wrong, and recover converges', () => {
  let world: FaultWorld;
  beforeAll(async () => {
    world = await makeFaultWorld('one-faulty-call');
  });
  afterAll(() => world.dispose());

  it.each(CASES)('%s: %s, number %i, %s', async (name, kind, nth, fault) => {
    const operation = OPERATIONS.find((candidate) => candidate.name === name)!;
    const { missed, problems } = await runCase(world, operation, { kind, nth, fault });
    expect({ missed, problems }).toEqual({ missed: false, problems: [] });
  });
});
