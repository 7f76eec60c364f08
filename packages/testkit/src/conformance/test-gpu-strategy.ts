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
import { expect } from 'vitest';
import { type Check, counted, declare, expectKeys, expectNoSecret, SECRET } from './checks.ts';
import { deepFreeze } from './freeze.ts';
import { expectBid, expectPatch, expectProof, expectProofProvenance } from './gpu-results.ts';
import { GPU_MUSTS } from './musts.ts';
import { expectOneLine } from './plain-json.ts';
import { expectQuiet } from './printed.ts';
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
  /** At least one that succeeds and one that fails. */
  proofs: GpuProofCase[];
  abortBoundMs?: number;
}

const NOW = () => new Date('2030-01-02T03:04:05.000Z');

const SILENCE: [string, RunInAgent][] = [
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
];

/** Every MUST of the contract as a check; the suite declares each as a test, mutants are held against them. */
export function gpuStrategyChecks(
  contribution: GpuStrategyContribution,
  conformance: GpuConformance,
): Check<keyof typeof GPU_MUSTS>[] {
  const { cases, proofs, abortBoundMs = 1000 } = conformance;
  const { subject: strategy, unused } = counted(contribution);
  const applicable = cases.filter(({ bid }) => bid.applicable === true);
  const requested = proofs[0]?.requested ?? [];
  const own = <T>(value: T): T => structuredClone(value);

  return [
    {
      id: 'asked',
      title: 'is asked with cases that can tell right from wrong',
      run: () => {
        expectKeys(conformance, ['cases', 'proofs', 'abortBoundMs'], 'the suite');
        for (const one of cases) expectKeys(one, ['title', 'facts', 'request', 'bid', 'patch'], one.title);
        for (const one of proofs) expectKeys(one, ['title', 'requested', 'run', 'result'], one.title);
        expect(new Set(cases.map(({ bid }) => bid.applicable)), 'a case that applies and one that does not').toEqual(
          new Set([true, false]),
        );
        const results = new Set(proofs.map(({ result }) => result === 'failed'));
        expect(results, 'a proof that succeeds and one that fails').toEqual(new Set([true, false]));
      },
    },
    {
      id: 'manifest',
      title: 'says what it is',
      run: () => {
        const explained = strategy.explain();
        expectKeys(
          strategy,
          ['kind', 'id', 'title', 'detect', 'prepare', 'candidates', 'prove', 'explain'],
          'the strategy',
        );
        expect(strategy.kind).toBe('gpu');
        expect(strategy.id).toMatch(/^[a-z][a-z0-9-]*$/);
        expectOneLine(strategy.title, 'title');
        expect(explained.trim().length).toBeGreaterThan(20);
      },
    },
    ...cases.map(({ title, facts, request, bid }) => ({
      id: 'bid' as const,
      title: `bids: ${title}`,
      run: () => {
        const given = strategy.detect(own(facts), own(request));
        expectBid(given);
        expect(given).toMatchObject(bid);
      },
    })),
    ...cases.map(({ title, facts, request }) => ({
      id: 'detect-pure' as const,
      title: `bids the same for the same, and changes nothing of it: ${title}`,
      run: () => {
        const first = strategy.detect(deepFreeze(own(facts)), deepFreeze(own(request)));
        expect(strategy.detect(own(facts), own(request)), 'not the same twice').toEqual(first);
      },
    })),
    ...applicable.map(({ title, facts, request, patch }) => ({
      id: 'patch' as const,
      title: `asks for what a plugin may ask for: ${title}`,
      run: () => {
        const prepared = strategy.prepare(own(facts), own(request));
        expectPatch(prepared);
        if (patch) expect(prepared).toEqual(patch);
      },
    })),
    ...applicable.map(({ title, facts, request }) => ({
      id: 'prepare-pure' as const,
      title: `asks for the same twice, and changes nothing: ${title}`,
      run: () => {
        const first = strategy.prepare(deepFreeze(own(facts)), deepFreeze(own(request)));
        expect(strategy.prepare(own(facts), own(request))).toEqual(first);
      },
    })),
    ...(strategy.candidates ? applicable : []).map(({ title, facts, request }) => ({
      id: 'candidates' as const,
      title: `names ways to try, each what a plugin may ask for, the same twice: ${title}`,
      run: () => {
        const first = strategy.candidates?.(deepFreeze(own(facts)), deepFreeze(own(request))) ?? [];
        expect(first.length, 'ways to try').toBeGreaterThan(0);
        for (const candidate of first) {
          expectOneLine(candidate.title, 'title of a candidate');
          expectPatch(candidate.patch);
        }
        expect(new Set(first.map(({ id }) => id)).size, 'ids of candidates').toBe(first.length);
        expect(strategy.candidates?.(own(facts), own(request))).toEqual(first);
      },
    })),
    {
      id: 'provenance',
      title: 'signs its bids, and says of proofs what was requested and when',
      run: async () => {
        for (const { facts, request } of cases)
          expect(strategy.detect(own(facts), own(request)).strategy).toBe(strategy.id);
        for (const { requested: devices, run } of proofs) {
          const proof = await strategy.prove({ requested: own(devices), run, now: NOW }, new AbortController().signal);
          expectProofProvenance(proof, devices, NOW());
        }
      },
    },
    {
      id: 'secrets',
      title: 'keeps secrets of the environment out of bids, plans and candidates',
      run: () => {
        for (const { facts, request } of applicable) {
          const asked = { ...own(request), env: { ...request.env, NVIDIA_API_KEY: SECRET } };
          const { detect, prepare, candidates } = strategy;
          expectNoSecret([detect, prepare, candidates].map((part) => part?.(own(facts), own(asked))));
        }
      },
    },
    {
      id: 'quiet',
      title: 'writes nothing to stdout',
      run: () =>
        expectQuiet(async () => {
          strategy.explain();
          for (const { facts, request } of cases) strategy.detect(own(facts), own(request));
          for (const { facts, request } of applicable) {
            strategy.prepare(own(facts), own(request));
            strategy.candidates?.(own(facts), own(request));
          }
          for (const { requested: devices, run } of proofs)
            await strategy.prove({ requested: own(devices), run, now: NOW }, new AbortController().signal);
        }),
    },
    ...proofs.map(({ title, requested: devices, run, result }) => ({
      id: 'proof' as const,
      title: `proves ${result}: ${title}`,
      run: async () => {
        let ran = 0;
        const counting: RunInAgent = (...args) => {
          ran += 1;
          return run(...args);
        };
        const input = { requested: own(devices), run: counting, now: NOW };
        const proof = await strategy.prove(input, new AbortController().signal);
        expectProof(proof);
        expect(proof.result).toBe(result);
        expect(ran, 'nothing was run in the sandbox').toBeGreaterThan(0);
      },
    })),
    ...SILENCE.map(([title, run]) => ({
      id: 'silence' as const,
      title: `proves nothing when ${title}`,
      run: async () => {
        const proof = await strategy.prove({ requested, run, now: NOW }, new AbortController().signal);
        expect(proof.result).toBe('failed');
      },
    })),
    ...SILENCE.map(([title, run]) => ({
      id: 'proof' as const,
      title: `says so as it says the rest when ${title}`,
      run: async () => expectProof(await strategy.prove({ requested, run, now: NOW }, new AbortController().signal)),
    })),
    {
      id: 'abort',
      title: `ends a proof within ${abortBoundMs} ms of an abort`,
      run: async () => {
        const controller = new AbortController();
        const work = strategy.prove({ requested: [], run: never, now: NOW }, controller.signal);
        controller.abort(new Error('interrupted'));
        const end = await settledWithin(work, abortBoundMs);
        expect(end.state, 'still running').not.toBe('pending');
        if (end.state === 'resolved') expect(end.value.result).toBe('failed');
      },
    },
    {
      id: 'asked',
      title: 'was called in all its parts',
      run: () => expect(unused(), 'never called').toEqual([]),
    },
  ];
}

/** Declares a vitest suite that every GPU strategy has to pass; call it at the top level of a test file. */
export function testGpuStrategy(strategy: GpuStrategyContribution, conformance: GpuConformance): void {
  declare(`GPU strategy ${strategy.id} keeps its contract`, GPU_MUSTS, gpuStrategyChecks(strategy, conformance));
}
