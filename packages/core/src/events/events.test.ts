import { describe, expect, it } from 'vitest';
import type { SandboxEvent } from '../api/records.ts';
import { containerState } from '../lifecycle/driver.fixture.ts';
import { journal } from '../lifecycle/journal.fixture.ts';
import { type Resolution, resolveOwnership } from '../ownership/index.ts';
import { conditionOf, eventsOfResolution, mergeEvents, type NewEvent } from './index.ts';

const at = (second: number): string => new Date(second * 1000).toISOString();
const event = (more: Partial<NewEvent> = {}): NewEvent => ({
  reason: 'Stranger',
  level: 'warning',
  ids: ['c9'],
  message: 'a stranger',
  containers: [],
  ...more,
});

describe('events', () => {
  it('are the same by reason and ids, whatever their order', () => {
    const first = mergeEvents([], [event({ ids: ['b', 'a'] })], at(1), 'containers');
    const again = mergeEvents(first, [event({ ids: ['a', 'b'], message: 'newer words' })], at(2), 'containers');
    expect(again).toEqual([
      { ...event({ ids: ['a', 'b'], message: 'newer words' }), firstAt: at(1), lastAt: at(2), count: 2, active: true },
    ]);
    expect(mergeEvents(again, [event({ ids: ['a'] })], at(3), 'containers')).toHaveLength(2);
    expect(mergeEvents(again, [event({ ids: ['a', 'b'], reason: 'LeftoverBackup' })], at(3), 'part')).toHaveLength(2);
  });

  it.each([
    ['part', { Stranger: true, StateMissing: true }],
    ['containers', { Stranger: false, StateMissing: true }],
    ['healed', { Stranger: false, StateMissing: false }],
  ] as const)('not seen by a look at %s', (look, active) => {
    const before = mergeEvents([], [event(), event({ reason: 'StateMissing', level: 'error' })], at(1), 'part');
    const after = mergeEvents(before, [], at(2), look);
    expect(Object.fromEntries(after.map((one) => [one.reason, one.active]))).toEqual(active);
  });

  it('are bounded; what is still so stays', () => {
    let events: SandboxEvent[] = mergeEvents([], [event({ ids: ['stays'] })], at(0), 'part');
    for (let count = 1; count <= 80; count++)
      events = mergeEvents(events, [event({ ids: ['stays'] }), event({ ids: [`c${count}`] })], at(count), 'containers');
    expect(events).toHaveLength(50);
    expect(events.filter(({ active }) => active).map(({ ids }) => ids[0])).toEqual(['stays', 'c80']);
  });

  it('say which status it is in, an error before what passes, and nothing that is over', () => {
    const pending = event({ reason: 'ReplacementPending' });
    const conflict = event({ reason: 'IdentityConflict', level: 'error' });
    expect(conditionOf(mergeEvents([], [event()], at(1), 'part'))).toBeUndefined();
    const both = mergeEvents([], [pending, conflict], at(1), 'part');
    expect(conditionOf(both)?.reason).toBe('IdentityConflict');
    expect(conditionOf(mergeEvents(both, [pending], at(2), 'containers'))?.reason).toBe('ReplacementPending');
    expect(conditionOf(mergeEvents(both, [], at(2), 'containers'))).toBeUndefined();
  });
});

describe('what is told of a look at the engine', () => {
  const own = containerState();
  const copy = containerState({ id: 'c9', name: 'copied', generation: 'g9' });
  const intent = {
    incumbent: { id: 'c1', generation: 'g1' },
    replacement: { generation: 'g2', id: 'c2' },
    backupName: 'nemoclaw-demo-s1-backup-g1',
    operation: 'gpu-set',
  };
  const next = containerState({ id: 'c2', generation: 'g2' });
  const CASES: [string, Resolution, (string | undefined)[], string[]][] = [
    ['all is well', resolveOwnership([own], journal()), [], []],
    ['a running container carries its labels', resolveOwnership([own, copy], journal()), ['Stranger'], ['c9']],
    ['it is gone', resolveOwnership([], journal()), ['InstanceMissing'], []],
    ['it is gone and a copy runs', resolveOwnership([copy], journal()), ['IdentityConflict'], ['c9']],
    [
      'two are there in a replacement',
      resolveOwnership([own, next], journal({ intent })),
      ['ReplacementPending'],
      ['c1', 'c2'],
    ],
    ['only its replacement is left', resolveOwnership([next], journal({ intent })), ['OwnershipUnresolved'], ['c2']],
    ['only the one before is there', resolveOwnership([own], journal({ intent })), ['ReplacementPending'], ['c1']],
    [
      'the one that it replaced is still there',
      resolveOwnership(
        [own, containerState({ id: 'c0', generation: 'g0', name: 'old' })],
        journal({ retired: [{ id: 'c0', generation: 'g0', name: 'old' }] }),
      ),
      ['LeftoverBackup'],
      ['c0'],
    ],
  ];

  it.each(CASES)('when %s', (_what, resolution, reasons, ids) => {
    const events = eventsOfResolution(resolution, [own, copy, next]);
    expect(events.map(({ reason }) => reason)).toEqual(reasons);
    expect(events.flatMap((one) => one.ids)).toEqual(ids);
  });

  it('names the stranger and its labels, in one line each and bounded', () => {
    const labels = { ...copy.labels, 'x\nspread': `y\x1b[2J${'z'.repeat(500)}` };
    const loud = { ...copy, labels, name: 'a\x1b[31mname' };
    const [told] = eventsOfResolution(resolveOwnership([own, loud], journal()), [own, loud]);
    expect(told?.message).toContain('aname (c9, running)');
    expect(told?.containers).toHaveLength(1);
    expect(told?.containers[0]?.labels).toMatchObject(copy.labels);
    expect(told?.containers[0]?.labels['x spread']).toMatch(/^yz{198}…$/);
  });
});
