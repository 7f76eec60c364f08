import type { ProbeContribution, ProbeLayer, ProbeResult, ProbeStatus } from '@nemoclaw/plugin-api';
import { expect } from 'vitest';
import { expectOneLine, expectPlainJson } from './plain-json.ts';

const STATUSES: ProbeStatus[] = ['ok', 'warn', 'fail', 'skipped'];
const LAYERS: ProbeLayer[] = ['dns', 'tcp', 'tls', 'http', 'policy', 'model', 'tool', 'engine'];

/** What every result of a probe must be, whatever it found. */
export function expectProbeResult(codes: readonly string[], result: ProbeResult): void {
  expect(STATUSES).toContain(result.status);
  expect(codes, 'a code outside the declared union').toContain(result.code);
  expect(LAYERS).toContain(result.layer);
  expectOneLine(result.summary, 'summary');
  expect(Array.isArray(result.remedy)).toBe(true);
  for (const line of result.remedy) expectOneLine(line, 'remedy line');
  if (result.status === 'fail' || result.status === 'warn')
    expect(result.remedy.length, `${result.code} has no remedy`).toBeGreaterThan(0);
  expectPlainJson(result);
}

/** Whose result it is, and how long it took by the clock that the probe was given. */
export function expectProbeProvenance(probe: ProbeContribution, result: ProbeResult, tookMs: number): void {
  expect(result.probe).toBe(probe.id);
  expect(result.elapsedMs, 'no time that the clock showed').toBeGreaterThanOrEqual(0);
  expect(result.elapsedMs, 'longer than the clock showed').toBeLessThanOrEqual(tookMs);
}
