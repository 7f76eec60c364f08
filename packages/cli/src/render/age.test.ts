import { expect, it } from 'vitest';
import { ago, duration, seconds } from './age.ts';

const NOW = new Date('2026-01-02T00:00:00.000Z');

it.each([
  ['2026-01-01T23:59:59.500Z', 'just now'],
  ['2026-01-02T01:00:00.000Z', 'just now'],
  ['2026-01-01T23:59:55.000Z', '5s ago'],
  ['2026-01-01T23:58:00.000Z', '2m ago'],
  ['2026-01-01T21:00:00.000Z', '3h ago'],
  ['2025-12-29T00:00:00.000Z', '4d ago'],
  ['yesterday', 'at an unknown time'],
])('%s is %s', (time, words) => {
  expect(ago(time, NOW)).toBe(words);
});

it.each([
  [12.4, '12ms'],
  [59_999, '59s'],
  [3_600_000, '1h'],
])('%d ms is %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

it('gives seconds one digit', () => {
  expect(seconds(4649)).toBe('4.6s');
});
