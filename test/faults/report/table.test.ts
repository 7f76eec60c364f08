import { expect, it } from 'vitest';
import type { FaultRow } from './row.ts';
import { faultTable } from './table.ts';

const row = (change: Partial<FaultRow>): FaultRow => ({
  suite: 'crash',
  operation: 'onboard',
  point: 'create running',
  fault: 'before',
  outcome: 'taken back',
  good: true,
  elapsedMs: 1_000,
  ...change,
});

it('has a row for each point, a column for each fault, and counts that name what ended badly', () => {
  const text = faultTable([
    row({}),
    row({ fault: 'after' }),
    row({ point: 'commit done', fault: 'after', outcome: 'finished' }),
    row({ operation: 'destroy', outcome: 'a container is left', good: false }),
  ]);
  expect(text.split('\n')).toEqual([
    '',
    'crash: onboard',
    '  point           before      after',
    '  create running  taken back  taken back',
    '  commit done     –           finished',
    '',
    'crash: destroy',
    '  point           before',
    '  create running  ✗ a container is left',
    '',
    'Counts',
    '  crash: onboard: 3 faults in 3 s: 2 taken back, 1 finished',
    '  crash: destroy: 1 faults in 1 s: 1 a container is left',
    '  all: 4 faults, 3 ended well, 1 did not',
    '  ✗ crash: destroy, create running, before: a container is left',
    '',
  ]);
});

it('is nothing where no fault was made', () => {
  expect(faultTable([])).toBe('');
});
