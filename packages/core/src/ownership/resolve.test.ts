import { describe, expect, it } from 'vitest';
import type { OwnershipJournal } from '../api/records.ts';
import { A, B, container, INTENT, journal, NAMES, RETIRED_A } from './resolve.fixture.ts';
import { mayRemove, resolveOwnership } from './resolve.ts';
import type { Observation, Sighting } from './types.ts';

const C = { id: 'c'.repeat(64), generation: 'cccccccc-0000-4000-8000-000000000003' };
const copyOfA = container({ id: C.id, generation: A.generation }, { name: 'copy' });
const seen = (agoMs: number, ...containers: Sighting[]): Observation => ({ agoMs, containers });

const a = container(A);
const b = container(B);
const aBackup = container(A, { name: NAMES.backup, phase: 'exited' });
const bStaged = container(B, { name: NAMES.staging, phase: 'created' });
const replacing = journal({ intent: INTENT });
const committed = journal({ authoritative: B, retired: [RETIRED_A] });

type Row = [title: string, containers: Sighting[], journal: OwnershipJournal, looks: Observation[], expected: object];

const ROWS: Row[] = [
  ['the authoritative one', [a], journal(), [], { state: 'present', container: a, strangers: [], notices: [] }],
  ['the authoritative one, stopped', [container(A, { phase: 'exited' })], journal(), [], { state: 'present' }],
  [
    'the authoritative one beside a running duplicate, which it names',
    [copyOfA, a],
    journal(),
    [],
    { state: 'present', container: a, strangers: [C.id], notices: [{ reason: 'stranger', ids: [C.id] }] },
  ],
  ['its relay beside it is no stranger', [a, container(C, { role: 'relay' })], journal(), [], { strangers: [] }],
  ['another sandbox’s is none either', [a, container(C, { sandboxId: 'other' })], journal(), [], { strangers: [] }],
  [
    'the authoritative one beside the leftover that it replaced',
    [b, aBackup],
    committed,
    [],
    { state: 'present', container: b, strangers: [], notices: [{ reason: 'leftover_backup', ids: [A.id] }] },
  ],
  [
    'a leftover under another name is a stranger',
    [b, a],
    committed,
    [],
    { state: 'present', container: b, strangers: [A.id] },
  ],
  [
    'its id with another generation',
    [container({ ...A, generation: C.generation })],
    journal(),
    [],
    { state: 'conflict' },
  ],
  ['its id without a generation', [container({ id: A.id })], journal(), [], { state: 'conflict' }],
  ['its id as another sandbox’s', [container(A, { sandboxId: 'other' })], journal(), [], { state: 'conflict' }],

  [
    'a replacement that is staged',
    [a, bStaged],
    replacing,
    [],
    { state: 'replacing', incumbent: a, replacement: bStaged },
  ],
  ['a replacement between the renames', [aBackup, bStaged], replacing, [], { state: 'replacing' }],
  ['a replacement that has the name', [aBackup, b], replacing, [], { state: 'replacing', replacement: b }],
  [
    'an intent whose replacement is not there',
    [a],
    replacing,
    [],
    { state: 'present', container: a, notices: [{ reason: 'replacement_open', ids: [A.id] }] },
  ],
  ['an intent and a third container', [aBackup, b, container(C)], replacing, [], { state: 'conflict' }],
  ['an intent and a stranger instead of the replacement', [a, container(C)], replacing, [], { state: 'conflict' }],
  [
    'an intent and a replacement under a foreign name',
    [a, container(B, { name: 'elsewhere' })],
    replacing,
    [],
    { state: 'conflict' },
  ],
  [
    'an intent and another id than the replacement’s',
    [a, bStaged],
    journal({ intent: { ...INTENT, replacement: { ...B, id: C.id } } }),
    [],
    { state: 'conflict' },
  ],
  [
    'an intent and an incumbent under a foreign name',
    [container(A, { name: 'x' }), bStaged],
    replacing,
    [],
    { state: 'conflict' },
  ],
  [
    'an intent about another incumbent',
    [a, bStaged],
    journal({ intent: { ...INTENT, incumbent: C } }),
    [],
    { state: 'conflict' },
  ],

  ['only what it replaced, as it was put away', [aBackup], committed, [], { state: 'rollback', container: aBackup }],
  ['only what it replaced, under another name', [a], committed, [], { state: 'conflict' }],
  [
    'only what it replaced, of another generation',
    [container({ ...A, generation: C.generation }, { name: NAMES.backup })],
    committed,
    [],
    { state: 'conflict' },
  ],
  ['what it replaced and another one', [aBackup, container(C)], committed, [], { state: 'conflict' }],

  [
    'only the replacement, seen for the first time',
    [b],
    replacing,
    [],
    { state: 'observe', container: b, waitMs: 2_000 },
  ],
  ['only the replacement, seen a second ago', [b], replacing, [seen(1_000, b)], { state: 'observe', waitMs: 1_000 }],
  [
    'only the replacement, seen two seconds ago',
    [b],
    replacing,
    [seen(2_000, b)],
    { state: 'adopt', generation: B.generation },
  ],
  ['only the replacement, in a row of looks', [b], replacing, [seen(2_500, b), seen(900, b)], { state: 'adopt' }],
  [
    'only the replacement, restarted meanwhile',
    [b],
    replacing,
    [seen(3_000, container(B, { startedAt: 'then' }))],
    { state: 'observe' },
  ],
  [
    'only the replacement, gone in between',
    [b],
    replacing,
    [seen(3_000, b), seen(1_000)],
    { state: 'observe', waitMs: 2_000 },
  ],
  [
    'only the replacement, with another beside it before',
    [b],
    replacing,
    [seen(3_000, b, container(C))],
    { state: 'observe' },
  ],
  [
    'only the replacement, still under its staging name',
    [bStaged],
    replacing,
    [seen(3_000, bStaged)],
    { state: 'conflict' },
  ],
  [
    'only a copy of the replacement’s labels',
    [container({ ...B, id: C.id }, { name: 'copy' })],
    replacing,
    [],
    { state: 'conflict' },
  ],

  ['nothing', [], journal(), [], { state: 'missing' }],
  ['nothing but the relay', [container(C, { role: 'relay' })], journal(), [], { state: 'missing' }],
  ['nothing, with an intent open', [], replacing, [], { state: 'missing' }],
  [
    'a first create that was cut off',
    [a],
    journal({ authoritative: null, creating: { generation: A.generation } }),
    [],
    { state: 'unfinished', container: a },
  ],
  [
    'copied labels of a first create under another name',
    [copyOfA],
    journal({ authoritative: null, creating: { generation: A.generation } }),
    [],
    { state: 'conflict' },
  ],
  [
    'a container that the journal never heard of',
    [container(C)],
    journal({ authoritative: null }),
    [],
    { state: 'conflict' },
  ],
  ['copied labels, the original gone', [copyOfA], journal(), [], { state: 'conflict', ids: [C.id] }],
  ['labels without a generation, the original gone', [container({ id: C.id })], journal(), [], { state: 'conflict' }],
  ['two candidates, the original gone', [container(C), b], journal(), [], { state: 'conflict', ids: [B.id, C.id] }],
];

describe('resolveOwnership', () => {
  it.each(ROWS)('%s', (_title, containers, of, looks, expected) => {
    expect(resolveOwnership(containers, of, looks)).toMatchObject(expected);
  });

  it('says in a conflict what is wrong', () => {
    const resolution = resolveOwnership([container(C)], journal());
    expect(resolution.state === 'conflict' && resolution.reason.length).toBeGreaterThan(20);
  });
});

describe('mayRemove', () => {
  it.each([
    ['the leftover of a replacement', aBackup, committed, true],
    ['the authoritative one', b, committed, false],
    ['a staged replacement', bStaged, replacing, true],
    ['the incumbent while its replacement is not committed', aBackup, replacing, false],
    ['a copy of the replacement’s labels', container({ ...B, id: C.id }, { name: 'copy' }), replacing, false],
    ['a leftover’s id with another generation', container({ ...A, generation: C.generation }), committed, false],
    ['a stranger', container(C), committed, false],
  ])('%s: %s', (_title, one, of, expected) => {
    expect(mayRemove(one, of)).toBe(expected);
  });
});
