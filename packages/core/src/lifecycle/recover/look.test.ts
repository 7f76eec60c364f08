import { LABELS, type NetworkState } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { containerState } from '../driver.fixture.ts';
import { journal } from '../journal.fixture.ts';
import { isOfAnotherPlan, planRepair, type Repair, type Seen, unfinishedCreates } from './look.ts';

const network = (id: string): NetworkState => ({
  id,
  name: id,
  subnet: '10.0.0.0/28',
  gateway: '',
  labels: {},
  kind: 'isolated',
  created: false,
});
const on = (...ids: string[]) => ids.map((id) => ({ id, name: id, ipv4: '', aliases: [] }));
const whole: Seen = {
  egress: network('e1'),
  network: network('n1'),
  agent: { state: 'present', container: containerState({ networks: on('n1') }), strangers: [], notices: [] },
  relay: containerState({ id: 'r1', role: 'relay', networks: on('n1', 'e1') }),
  forward: undefined,
  helper: true,
  unfinished: [],
};
const NOTHING: Repair = { egress: false, network: false, relay: false, agent: false, forward: false };

const CASES: [string, Partial<Seen>, Partial<Repair>][] = [
  ['all is there', {}, {}],
  ['both containers are stopped', { relay: { ...whole.relay, phase: 'exited' } as never }, {}],
  ['the agent is gone', { agent: { state: 'missing' } }, { agent: true }],
  ['the agent’s create was cut off', { agent: { state: 'unfinished', container: containerState() } }, { agent: true }],
  ['the relay is gone', { relay: undefined }, { relay: true }],
  ['the isolated network is gone', { network: undefined }, { network: true, relay: true, agent: true }],
  ['the egress network is gone', { egress: undefined }, { egress: true, relay: true }],
  ['the egress network is another', { egress: network('e2') }, { relay: true }],
  ['the isolated network is another', { network: network('n2') }, { relay: true, agent: true }],
  ['the relay can’t be started any more', { relay: { ...whole.relay, phase: 'dead' } as never }, { relay: true }],
  [
    'the agent can’t be started any more',
    {
      agent: {
        state: 'present',
        container: containerState({ phase: 'dead', networks: on('n1') }),
        strangers: [],
        notices: [],
      },
    },
    { agent: true },
  ],
  ['the relay hangs on egress only', { relay: containerState({ networks: on('e1') }) }, { relay: true }],
  [
    'everything is gone',
    { egress: undefined, network: undefined, relay: undefined, agent: { state: 'missing' } },
    {
      egress: true,
      network: true,
      relay: true,
      agent: true,
    },
  ],
];

describe('planRepair', () => {
  it.each(CASES)('when %s', (_what, change, expected) => {
    expect(planRepair({ ...whole, ...change }, false)).toEqual({ ...NOTHING, ...expected });
  });

  it('makes the forwarder only where it was asked for, and anew when its address may have changed', () => {
    const forward = containerState({ id: 'f1', role: 'forward' });
    expect(planRepair(whole, true).forward).toBe(true);
    expect(planRepair({ ...whole, forward }, true).forward).toBe(false);
    expect(planRepair({ ...whole, forward, egress: undefined }, true).forward).toBe(true);
    expect(planRepair({ ...whole, forward, egress: network('e2') }, true).forward).toBe(true);
    expect(planRepair({ ...whole, forward: { ...forward, phase: 'dead' } }, true).forward).toBe(true);
  });
});

describe('unfinishedCreates', () => {
  const agent = containerState({ id: 'new', generation: 'g2' });
  const relay = containerState({ id: 'r2', role: 'relay', generation: 'gr2' });
  const open = journal({
    authoritative: null,
    creating: { generation: 'g2' },
    resources: { relay: { id: '', generation: 'gr2' }, forward: null, network: null, volumes: [] },
  });

  it('are those of a generation that the journal has without an id', () => {
    expect(unfinishedCreates([agent, relay, containerState({ id: 'copy' })], open)).toEqual([agent, relay]);
  });

  it('are never what the journal names, nor another sandbox’s', () => {
    expect(unfinishedCreates([containerState(), relay], journal())).toEqual([]);
    expect(unfinishedCreates([containerState({ id: 'x', generation: 'g2', sandboxId: 's2' })], open)).toEqual([]);
  });
});

it.each([
  ['of the recorded plan', 'g1', false],
  ['that was settled for, of another plan', 'g2', true],
])('a container %s (generation %s) is made anew: %s', (_title, generation, anew) => {
  const recorded = { plan: { labels: { [LABELS.generation]: generation } } } as never;
  expect(isOfAnotherPlan(whole.agent, recorded)).toBe(anew);
  expect(isOfAnotherPlan(whole.agent, undefined)).toBe(false);
});
