import type { ContainerState } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import type { OwnershipJournal } from '../api/records.ts';
import { containerState } from './driver.fixture.ts';
import { journal } from './journal.fixture.ts';
import { resolveAgent } from './resolve.ts';

const agent = containerState();
const relay = containerState({ id: 'r1', role: 'relay', generation: 'gr' });
const copy = containerState({ id: 'copy' });
const created = containerState({ id: 'new', generation: 'g2', phase: 'created' });
const creating = journal({ authoritative: null, creating: { generation: 'g2' } });

const CASES: [string, ContainerState[], OwnershipJournal, object][] = [
  ['the journal’s container', [relay, agent], journal(), { state: 'present', strangers: [] }],
  ['it, stopped', [containerState({ phase: 'exited' })], journal(), { state: 'present' }],
  [
    'it, and a running copy of its labels',
    [copy, agent],
    journal(),
    { state: 'present', container: { id: 'c1' }, strangers: ['copy'] },
  ],
  ['it with another generation', [containerState({ generation: 'g9' })], journal(), { state: 'conflict', ids: ['c1'] }],
  ['it with another sandbox’s id', [containerState({ sandboxId: 's2' })], journal(), { state: 'conflict' }],
  ['nothing at all', [], journal(), { state: 'missing' }],
  ['only the relay', [relay], journal(), { state: 'missing' }],
  ['a copy alone', [copy], journal(), { state: 'conflict', ids: ['copy'] }],
  ['two copies', [copy, containerState({ id: 'c3' })], journal(), { state: 'conflict', ids: ['copy', 'c3'] }],
  ['another sandbox’s container', [containerState({ id: 'x', sandboxId: 's2' })], journal(), { state: 'missing' }],
  ['nothing before the first create', [relay], creating, { state: 'missing' }],
  ['a create that was cut off', [relay, created], creating, { state: 'unfinished', container: { id: 'new' } }],
  ['another generation than the one being created', [agent], creating, { state: 'conflict', ids: ['c1'] }],
  ['a cut-off create and a copy', [created, copy], creating, { state: 'conflict', ids: ['new', 'copy'] }],
  ['some container and no word on any', [agent], journal({ authoritative: null }), { state: 'conflict' }],
];

describe('resolveAgent', () => {
  it.each(CASES)('%s', (_what, containers, owned, expected) => {
    expect(resolveAgent(containers, owned)).toMatchObject(expected);
  });

  it('says why it is a conflict', () => {
    expect(resolveAgent([copy], journal())).toMatchObject({ reason: expect.stringContaining('gone') });
  });
});
