import { expect, it } from 'vitest';
import { containerState } from '../driver.fixture.ts';
import { journal, sandboxRecord } from '../journal.fixture.ts';
import type { OnboardTools } from '../onboard/tools.ts';
import type { Repair, Seen } from './look.ts';
import { type Healing, healOperation } from './operation.ts';

const NOTHING: Repair = { egress: false, network: false, relay: false, agent: false, forward: false };
const seen: Seen = {
  egress: undefined,
  network: undefined,
  agent: { state: 'present', container: containerState(), strangers: [], notices: [] },
  relay: containerState({ id: 'r1' }),
  forward: undefined,
  helper: true,
  unfinished: [],
};
const PROOFS = ['probes-preflight', 'gpu', 'inference', 'ingress', 'commit'];
const CHANGE = { record: sandboxRecord(), anew: {}, actions: [] };

const stepsOf = (repair: Partial<Repair>, more: Partial<Healing> = {}): string[] =>
  healOperation(
    {} as OnboardTools,
    { record: sandboxRecord(), ownership: journal() },
    {
      seen,
      repair: { ...NOTHING, ...repair },
      recorded: undefined,
      change: undefined,
      acceptEmpty: false,
      tell: () => {},
      ...more,
    },
  ).steps.map(({ id }) => id);

it.each<[string, Partial<Repair>, Partial<Healing>, string[]]>([
  ['whatever is there', {}, {}, ['start-relay', 'certificate', 'wake', 'start']],
  ['no image to work with', {}, { seen: { ...seen, helper: false } }, ['images', 'start-relay']],
  ['another provider', {}, { change: CHANGE }, ['change', 'start-relay', 'certificate']],
  ['no relay', { relay: true }, {}, ['clear', 'forget', 'images', 'volumes', 'relay', 'start-relay', 'wake', 'start']],
  [
    'nothing left of it, and another provider',
    { egress: true, forward: true, network: true, relay: true, agent: true },
    { change: CHANGE },
    // What is to go is gone, and known to be, before it is written what will be.
    [
      'clear',
      'forget',
      'change',
      'images',
      'egress',
      'forward',
      'network',
      'volumes',
      'relay',
      'plan',
      'create',
      'start',
    ],
  ],
])('of %s, all is proved before the end', (_title, repair, more, begin) => {
  const steps = stepsOf(repair, more);
  expect(steps.filter((id) => begin.includes(id))).toEqual(begin);
  expect(steps.filter((id) => PROOFS.includes(id))).toEqual(PROOFS);
  expect(steps.indexOf('start')).toBeLessThan(steps.indexOf('inference'));
  expect(steps.at(-1)).toBe('commit');
});

it('takes nothing back', () => {
  const { steps } = healOperation(
    {} as OnboardTools,
    { record: sandboxRecord(), ownership: journal() },
    {
      seen,
      repair: { egress: true, forward: true, network: true, relay: true, agent: true },
      recorded: undefined,
      change: undefined,
      acceptEmpty: false,
      tell: () => {},
    },
  );
  expect(steps.filter(({ undo }) => undo)).toEqual([]);
});
