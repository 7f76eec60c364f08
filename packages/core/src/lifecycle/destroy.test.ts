import { describe, expect, it } from 'vitest';
import { stagingName } from '../ownership/index.ts';
import { createsInFlight, type DestroyData, isMadeFor, knownGenerations } from './destroy.ts';
import { containerState } from './driver.fixture.ts';
import { journal } from './journal.fixture.ts';

const data = (more: Partial<DestroyData> = {}): DestroyData => ({
  sandboxId: 's1',
  name: 'demo',
  generations: ['g1', 'gr'],
  journaled: true,
  containers: 0,
  networks: 0,
  volumes: 0,
  inFlight: [],
  helperImage: '',
  strangers: [],
  ...more,
});

describe('knownGenerations', () => {
  it('are those of both journals, each once', () => {
    const owned = journal({
      creating: { generation: 'g2' },
      retired: [{ id: 'c0', generation: 'g0', name: 'old' }],
      resources: {
        relay: { id: 'r1', generation: 'gr' },
        forward: { id: '', generation: 'gf' },
        network: null,
        volumes: [],
      },
    });
    const pending = { data: { generations: { agent: 'g1', relay: 'gr2', forward: 'gf' } } };
    expect(knownGenerations(owned, pending).sort()).toEqual(['g0', 'g1', 'g2', 'gf', 'gr', 'gr2']);
  });

  it('are none where nothing is known', () => {
    expect(knownGenerations(undefined, undefined)).toEqual([]);
    expect(knownGenerations(undefined, { data: { generations: [1, null] } })).toEqual([]);
  });
});

describe('createsInFlight', () => {
  const resources = { network: null, volumes: [] };

  it('are the containers whose ids were never written down, by the names that they were asked for', () => {
    const open = journal({
      creating: { generation: 'g2' },
      resources: {
        ...resources,
        relay: { id: '', generation: 'gr' },
        forward: { id: '', generation: 'gf' },
      },
    });
    const { name, sandboxId } = open;
    const stem = `nemoclaw-${name}-${sandboxId.slice(0, 8)}`;
    expect(createsInFlight(open)).toEqual([
      { name: stem, generation: 'g2' },
      { name: `${stem}-relay`, generation: 'gr' },
      { name: `${stem}-forward`, generation: 'gf' },
    ]);
  });

  it('are the replacement under its staging name, until its id is known', () => {
    const intent = (replacement: { generation: string; id?: string }) =>
      journal({
        intent: { incumbent: { id: 'c1', generation: 'g1' }, replacement, backupName: 'b', operation: 'gpu-set' },
      });
    const [hidden, ...others] = createsInFlight(intent({ generation: 'g2' }));
    expect(hidden).toEqual({ name: stagingName(intent({ generation: 'g2' }), 'g2'), generation: 'g2' });
    expect(others).toEqual([]);
    expect(createsInFlight(intent({ generation: 'g2', id: 'c2' }))).toEqual([]);
  });

  it('are none of a sandbox at rest', () => {
    const relay = { id: 'r1', generation: 'gr' };
    expect(createsInFlight(journal({ resources: { ...resources, relay, forward: null } }))).toEqual([]);
  });
});

describe('what was made for a sandbox', () => {
  const helper = containerState({ role: 'helper' });
  delete helper.labels['ai.nemoclaw.generation'];
  const bare = containerState({ role: 'agent' });
  delete bare.labels['ai.nemoclaw.generation'];

  it.each([
    ['a generation of its journal', containerState(), data(), true],
    ['another generation', containerState({ generation: 'copied' }), data(), false],
    ['a throw-away that a crash left', helper, data(), true],
    ['an agent without a generation', bare, data(), false],
    [
      'its canonical name, when no journal is left',
      containerState(),
      data({ journaled: false, generations: [] }),
      true,
    ],
    [
      'another name, when no journal is left',
      containerState({ name: 'mine' }),
      data({ journaled: false, generations: [] }),
      false,
    ],
  ])('is told by %s', (_how, container, known, expected) => {
    expect(isMadeFor(known, container)).toBe(expected);
  });
});
