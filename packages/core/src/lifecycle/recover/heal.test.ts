import { LABELS } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { containerState } from '../driver.fixture.ts';
import { healActions, isOfAnotherPlan } from './heal.ts';
import type { Repair, Seen } from './look.ts';

const NOTHING: Repair = { egress: false, network: false, relay: false, agent: false, forward: false };
const seen: Seen = {
  egress: undefined,
  network: undefined,
  agent: { state: 'present', container: containerState(), strangers: [], notices: [] },
  relay: containerState({ id: 'r1' }),
  forward: undefined,
  unfinished: [],
};
const stopped = containerState({ phase: 'exited' });

describe('what a recover says that it did', () => {
  it('is nothing where nothing was amiss', () => {
    expect(healActions(seen, NOTHING, { forwardId: '' })).toEqual([]);
  });

  it('is what was started', () => {
    const down: Seen = {
      ...seen,
      agent: { state: 'present', container: stopped, strangers: [], notices: [] },
      relay: stopped,
    };
    expect(healActions(down, NOTHING, { forwardId: '' })).toEqual([
      'started the agent’s container',
      'started the relay',
    ]);
  });

  it('is what was made, once, and not also started', () => {
    const repair = { ...NOTHING, relay: true, network: true };
    expect(healActions({ ...seen, relay: stopped }, repair, { forwardId: '' })).toEqual([
      'made the isolated network anew',
      'made the relay anew',
    ]);
  });

  it('is a forwarder only where one was needed', () => {
    const repair = { ...NOTHING, forward: true };
    expect(healActions(seen, repair, { forwardId: '' })).toEqual([]);
    expect(healActions(seen, repair, { forwardId: 'f1' })).toHaveLength(1);
  });
});

it.each([
  ['of the recorded plan', 'g1', false],
  ['that was settled for, of another plan', 'g2', true],
])('a container %s (generation %s) is made anew: %s', (_title, generation, anew) => {
  const recorded = { plan: { labels: { [LABELS.generation]: generation } } } as never;
  expect(isOfAnotherPlan(seen.agent, recorded)).toBe(anew);
  expect(isOfAnotherPlan(seen.agent, undefined)).toBe(false);
});
