import type { ProbeResult, ProbeStatus } from '@nemoclaw/plugin-api';
import { expect, it } from 'vitest';
import { isLeafOld } from '../relay-files.ts';
import { leastProof } from './proof.ts';

const result = (probe: string, status: ProbeStatus): ProbeResult => ({
  probe,
  status,
  code: status,
  layer: 'http',
  summary: '',
  remedy: [],
  evidence: {},
  elapsedMs: 0,
});

it.each([
  [['ok', 'warn', 'ok'], 1],
  [['ok', 'skipped', 'warn'], 1],
  [['skipped', 'ok', 'fail'], 2],
  [['ok', 'ok'], 0],
] as [ProbeStatus[], number][])('of %j the proof claims no more than number %d', (statuses, index) => {
  expect(leastProof(statuses.map((status, at) => result(String(at), status)))?.probe).toBe(String(index));
});

it('without a probe there is no proof', () => {
  expect(leastProof([])).toBeUndefined();
});

it.each([
  ['2027-02-19T00:00:00Z', false],
  ['2026-12-22T00:00:00Z', false],
  ['2026-12-20T00:00:00Z', true],
  ['2026-01-01T00:00:00Z', true],
  ['', true],
])('a leaf that ends at %s is old: %s', (notAfter, old) => {
  expect(isLeafOld(notAfter, new Date('2026-11-21T00:00:00Z'))).toBe(old);
});
