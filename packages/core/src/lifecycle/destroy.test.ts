import { describe, expect, it } from 'vitest';
import { type DestroyData, isMadeFor, knownGenerations } from './destroy.ts';
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
