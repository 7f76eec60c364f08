import { defineProbe, type GpuBid, type GpuProof, type ProbeResult } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { deepFreeze } from './freeze.ts';
import { expectBid, expectPatch, expectProof, expectProofProvenance } from './gpu-results.ts';
import { expectQuiet } from './printed.ts';
import { expectProbeProvenance, expectProbeResult } from './probe-result.ts';
import { never, settledWithin } from './settles.ts';

const NOW = new Date(0);

const probe = defineProbe({
  id: 'sample',
  title: 'Sample',
  when: ['on-demand'],
  applies: () => true,
  run: never,
});
const result: ProbeResult = {
  probe: 'sample',
  status: 'fail',
  code: 'broken',
  layer: 'tcp',
  summary: 'it is broken',
  remedy: ['mend it'],
  evidence: {},
  elapsedMs: 1,
};

describe('what a probe result is held to', () => {
  it('passes a good one', () => expectProbeResult(['ok', 'broken'], result));

  it.each<[string, object]>([
    ['a code outside the union', { code: 'new' }],
    ['an unknown status', { status: 'bad' }],
    ['an unknown layer', { layer: 'moon' }],
    ['an empty summary', { summary: ' ' }],
    ['two lines', { summary: 'one\ntwo' }],
    ['an escape sequence', { remedy: ['\u001b[2J'] }],
    ['no remedy', { remedy: [] }],
    ['a date in the evidence', { evidence: { at: NOW } }],
    ['an undefined field', { evidence: { at: undefined } }],
    ['a number that JSON has not', { evidence: { at: Number.NaN } }],
  ])('refuses %s', (_title, wrong) => {
    expect(() => expectProbeResult(['ok', 'broken'], { ...result, ...wrong })).toThrow();
  });

  it.each<[string, object]>([
    ['another probe', { probe: 'other' }],
    ['time that runs backwards', { elapsedMs: -1 }],
    ['more time than there was', { elapsedMs: 11 }],
  ])('refuses %s as where it comes from', (_title, wrong) => {
    expectProbeProvenance(probe, result, 10);
    expect(() => expectProbeProvenance(probe, { ...result, ...wrong }, 10)).toThrow();
  });
});

const bid: GpuBid = {
  strategy: 'sample',
  applicable: true,
  priority: 1,
  reason: 'it fits',
  evidence: [],
  warnings: [],
  activation: 'create',
};
describe('what a bid is held to', () => {
  it('passes a good one', () => expectBid(bid));

  it.each<[string, object]>([
    ['a maybe', { applicable: 'yes' }],
    ['no end of priority', { priority: Number.POSITIVE_INFINITY }],
    ['no reason', { reason: '' }],
    ['an unknown activation', { activation: 'later' }],
  ])('refuses %s', (_title, wrong) => {
    expect(() => expectBid({ ...bid, ...wrong } as GpuBid)).toThrow();
  });
});

describe('what a patch is held to', () => {
  it('passes a good one', () => expectPatch({ env: { A: '1' }, groups: [44] }));

  it.each<[string, object]>([
    ['privileges', { privileged: true }],
    ['labels of the core', { labels: { 'ai.nemoclaw.role': 'agent' } }],
    ['a writable mount', { mounts: [{ type: 'volume', source: 'v', target: '/v', readOnly: false }] }],
  ])('refuses %s', (_title, wrong) => {
    expect(() => expectPatch(wrong)).toThrow();
  });
});

const checks: GpuProof['checks'] = (['gateway', 'tools'] as const).flatMap((as) => [
  { as, name: 'device_nodes' as const, outcome: 'ok' as const, detail: '/dev/nvidia0' },
  { as, name: 'cu_init' as const, outcome: 'ok' as const, detail: 'cuInit ok' },
]);
const proof: GpuProof = {
  result: 'proved',
  requested: [],
  at: NOW.toISOString(),
  summary: 'cuInit ok',
  checks,
  evidence: {},
  remedy: [],
};

describe('what a proof is held to', () => {
  it('passes a good one', () => expectProof(proof));

  it.each<[string, object]>([
    ['a result outside the union', { result: 'maybe' }],
    ['proved for the gateway alone', { checks: checks.filter(({ as }) => as === 'gateway') }],
    ['proved without cuInit', { checks: checks.filter(({ name }) => name !== 'cu_init') }],
    ['injected without devices', { result: 'injected', remedy: ['x'], checks: [] }],
    ['a failure without remedy', { result: 'failed' }],
    ['success with a failed check', { checks: [...checks, { ...checks[0], outcome: 'failed' }] }],
  ])('refuses %s', (_title, wrong) => {
    expect(() => expectProof({ ...proof, ...wrong } as GpuProof)).toThrow();
  });

  it.each<[string, object]>([
    ['a time of its own', { at: '2031-01-01T00:00:00.000Z' }],
    ['other devices', { requested: [{ driver: 'cdi', count: 0, deviceIds: ['v.com/gpu=1'], capabilities: [] }] }],
  ])('refuses %s as where it comes from', (_title, wrong) => {
    expectProofProvenance(proof, [], NOW);
    expect(() => expectProofProvenance({ ...proof, ...wrong } as GpuProof, [], NOW)).toThrow();
  });
});

describe('the means of the suites', () => {
  it.each([
    ['console.log', () => console.log('a')],
    ['console.info', () => console.info('a')],
    ['process.stdout', () => process.stdout.write('a')],
  ])('hear what is written by %s, and nothing afterwards', async (_title, write) => {
    await expect(expectQuiet(write)).rejects.toThrow('stdout');
    await expectQuiet(() => console.error);
  });

  it('freeze to the bottom', () => {
    const value = deepFreeze({ a: [{ b: 1 }] });
    expect(() => {
      (value.a[0] as { b: number }).b = 2;
    }).toThrow(TypeError);
  });

  it('tell what settled, and what did not', async () => {
    expect(await settledWithin(Promise.resolve(1), 50)).toEqual({ state: 'resolved', value: 1 });
    expect(await settledWithin(Promise.reject(new Error('no')), 50)).toMatchObject({ state: 'rejected' });
    expect(await settledWithin(never(), 5)).toEqual({ state: 'pending' });
  });
});
