import type { DeviceRequest, GpuBid, GpuProof, PlanPatch, RunAs } from '@nemoclaw/plugin-api';
import { expect } from 'vitest';
import { expectOneLine, expectPlainJson } from './plain-json.ts';

export function expectBid(bid: GpuBid): void {
  expect(bid, 'detect answers at once').not.toBeInstanceOf(Promise);
  expect(bid.applicable).toBeTypeOf('boolean');
  expect(Number.isFinite(bid.priority)).toBe(true);
  expectOneLine(bid.reason, 'reason');
  for (const line of [...bid.evidence, ...bid.warnings]) expectOneLine(line, 'evidence or warning');
  expect(['create', 'replace']).toContain(bid.activation);
  expectPlainJson(bid);
}

const PATCHABLE = ['env', 'labels', 'limits', 'devices', 'deviceRequests', 'runtime', 'groups', 'mounts'];

export function expectPatch(patch: PlanPatch): void {
  for (const key of Object.keys(patch)) expect(PATCHABLE, 'a field that no plugin may patch').toContain(key);
  for (const mount of patch.mounts ?? []) expect(mount).toMatchObject({ type: 'volume', readOnly: true });
  for (const key of Object.keys(patch.labels ?? {})) expect(key.startsWith('ai.nemoclaw.')).toBe(false);
  expectPlainJson(patch);
}

const IDENTITIES: RunAs[] = ['gateway', 'tools'];

export function expectProof(proof: GpuProof): void {
  expect(['proved', 'injected', 'failed']).toContain(proof.result);
  expectOneLine(proof.summary, 'summary');
  for (const check of proof.checks) expectOneLine(check.detail, `detail of ${check.name}`);
  for (const line of proof.remedy) expectOneLine(line, 'remedy line');
  if (proof.result !== 'proved') expect(proof.remedy.length, `${proof.result} has no remedy`).toBeGreaterThan(0);
  const outcomes = (name: string, as: RunAs) =>
    proof.checks.filter((check) => check.name === name && check.as === as).map(({ outcome }) => outcome);
  for (const as of IDENTITIES) {
    if (proof.result === 'proved') expect(outcomes('cu_init', as), `proved without cuInit as ${as}`).toEqual(['ok']);
    if (proof.result !== 'failed') expect(outcomes('device_nodes', as), `no devices as ${as}`).toEqual(['ok']);
  }
  if (proof.result !== 'failed') expect(proof.checks.some(({ outcome }) => outcome === 'failed')).toBe(false);
  expectPlainJson(proof);
}

/** What a proof is of, and when it was made. */
export function expectProofProvenance(proof: GpuProof, requested: DeviceRequest[], now: Date): void {
  expect(proof.requested).toEqual(requested);
  expect(proof.at).toBe(now.toISOString());
}
