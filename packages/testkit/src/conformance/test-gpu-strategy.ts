import type {
  DeviceRequest,
  GpuBid,
  GpuProof,
  GpuRequest,
  GpuStrategyContribution,
  HostFacts,
  PlanPatch,
  RunInAgent,
} from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { deepFreeze } from './freeze.ts';
import { expectBid, expectPatch, expectProof } from './gpu-results.ts';
import { expectOneLine } from './plain-json.ts';
import { never, settledWithin } from './settles.ts';

export interface GpuCase {
  title: string;
  facts: HostFacts;
  request: GpuRequest;
  /** Fields that the bid must have. */
  bid: Partial<GpuBid>;
  /** What `prepare` must give; only for bids that apply. */
  patch?: PlanPatch;
}

export interface GpuProofCase {
  title: string;
  requested: DeviceRequest[];
  run: RunInAgent;
  result: GpuProof['result'];
}

export interface GpuConformance {
  /** At least one that applies and one that does not. */
  cases: GpuCase[];
  proofs: GpuProofCase[];
  abortBoundMs?: number;
}

const NOW = () => new Date('2030-01-02T03:04:05.000Z');

/** Declares a vitest suite that every GPU strategy has to pass; call it at the top level of a test file. */
export function testGpuStrategy(
  strategy: GpuStrategyContribution,
  { cases, proofs, abortBoundMs = 1000 }: GpuConformance,
): void {
  describe(`GPU strategy ${strategy.id} keeps its contract`, () => {
    it('says what it is', () => {
      expect(strategy.kind).toBe('gpu');
      expect(strategy.id).toMatch(/^[a-z][a-z0-9-]*$/);
      expectOneLine(strategy.title, 'title');
      expect(strategy.explain().trim().length).toBeGreaterThan(20);
      expect(new Set(cases.map(({ bid }) => bid.applicable))).toEqual(new Set([true, false]));
    });

    for (const { title, facts, request, bid, patch } of cases) {
      it(`bids: ${title}`, () => {
        const [frozenFacts, frozenRequest] = [deepFreeze(facts), deepFreeze(request)];
        const first = strategy.detect(frozenFacts, frozenRequest);
        expectBid(strategy, first);
        expect(first).toMatchObject(bid);
        expect(strategy.detect(structuredClone(facts), structuredClone(request)), 'not the same twice').toEqual(first);
        if (!first.applicable) return;
        const prepared = strategy.prepare(frozenFacts, frozenRequest);
        expectPatch(prepared);
        expect(strategy.prepare(structuredClone(facts), structuredClone(request))).toEqual(prepared);
        if (patch) expect(prepared).toEqual(patch);
      });
    }

    for (const { title, requested, run, result } of proofs) {
      it(`proves ${result}: ${title}`, async () => {
        const proof = await strategy.prove({ requested, run, now: NOW }, new AbortController().signal);
        expectProof(proof, requested, NOW());
        expect(proof.result).toBe(result);
      });
    }

    it.each<[string, RunInAgent]>([
      ['nothing can be run', async () => ({ outcome: 'not_run', reason: 'control', message: 'no answer' })],
      ['running throws', async () => Promise.reject(new Error('one\ntwo'))],
      ['everything times out', async () => ({ outcome: 'timed_out', stdout: '', stderr: '' })],
      [
        'programs print nonsense',
        async () => ({
          outcome: 'exited',
          exitCode: 0,
          stdout: '\u001b[2Jnonsense',
          stderr: '',
          identity: { uid: 1, gid: 1, groups: [], netns: '1', pidns: '1', mntns: '1' },
          gateway: undefined,
        }),
      ],
    ])('proves nothing when %s', async (_title, run) => {
      const requested = proofs[0]?.requested ?? [];
      const proof = await strategy.prove({ requested, run, now: NOW }, new AbortController().signal);
      expectProof(proof, requested, NOW());
      expect(proof.result).toBe('failed');
    });

    it(`ends a proof within ${abortBoundMs} ms of an abort`, async () => {
      const controller = new AbortController();
      const work = strategy.prove({ requested: [], run: never, now: NOW }, controller.signal);
      controller.abort(new Error('interrupted'));
      const end = await settledWithin(work, abortBoundMs);
      expect(end.state, 'still running').not.toBe('pending');
      if (end.state === 'resolved') expect(end.value.result).toBe('failed');
    });
  });
}
