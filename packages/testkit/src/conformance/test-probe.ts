import type { ProbeContext, ProbeContribution } from '@nemoclaw/plugin-api';
import { expect } from 'vitest';
import { type Check, counted, declare, expectKeys, expectNoSecret, SECRET } from './checks.ts';
import { deepFreeze } from './freeze.ts';
import { expectOneLine } from './plain-json.ts';
import { expectProbeResult } from './probe-result.ts';
import { never, settledWithin } from './settles.ts';

export interface ProbeCase {
  title: string;
  /** Called for each use, so that scripted answers start over. */
  context: () => ProbeContext;
  /** Absent where the probe does not apply. */
  code?: string;
}

export interface ProbeConformance {
  /** Every code that the probe may give: its closed union. */
  codes: readonly string[];
  /** At least one that applies, and one that finds something wrong. */
  cases: ProbeCase[];
  /** How soon after an abort `run` must have ended. */
  abortBoundMs?: number;
}

/** Every MUST of the contract as a check; the suite declares each as a test, mutants are held against them. */
export function probeChecks(contribution: ProbeContribution, conformance: ProbeConformance): Check[] {
  const { codes, cases, abortBoundMs = 1000 } = conformance;
  const { subject: probe, unused } = counted(contribution);
  const applicable = cases.filter((one) => one.code !== undefined);
  const first = (): ProbeContext => applicable[0]?.context() ?? cases[0]!.context();
  const live = () => new AbortController().signal;

  return [
    {
      id: 'asked',
      title: 'is asked with cases that can tell right from wrong',
      run: () => {
        expectKeys(conformance, ['codes', 'cases', 'abortBoundMs'], 'the suite');
        for (const one of cases) expectKeys(one, ['title', 'context', 'code'], one.title);
        expect(new Set(codes).size).toBe(codes.length);
        expect(new Set(applicable.map(({ code }) => code)).size, 'two codes at least').toBeGreaterThan(1);
      },
    },
    {
      id: 'manifest',
      title: 'says what it is',
      run: () => {
        expectKeys(probe, ['kind', 'id', 'title', 'when', 'applies', 'run'], 'the probe');
        expect(probe.kind).toBe('probe');
        expect(probe.id).toMatch(/^[a-z][a-z0-9-]*$/);
        expectOneLine(probe.title, 'title');
        expect(probe.when.length).toBeGreaterThan(0);
        expect(['preflight', 'post-ready', 'on-demand']).toEqual(expect.arrayContaining(probe.when));
      },
    },
    ...cases.map(({ title, context, code }) =>
      code === undefined
        ? {
            id: 'applies',
            title: `does not apply, and says why: ${title}`,
            run: () => expectOneLine(probe.applies(context()), 'reason'),
          }
        : {
            id: 'result',
            title: `answers ${code}: ${title}`,
            run: async () => {
              const given = context();
              expect(probe.applies(given)).toBe(true);
              const result = await probe.run(given, live());
              expectProbeResult(probe, codes, result);
              expect(result.code).toBe(code);
            },
          },
    ),
    ...applicable.map(({ title, context }) => ({
      id: 'pure',
      title: `changes nothing of what it is given: ${title}`,
      run: async () => {
        const given = deepFreeze(context());
        probe.applies(given);
        await probe.run(given, live());
      },
    })),
    {
      id: 'secrets',
      title: 'keeps secrets of the environment out of its results',
      run: async () => {
        for (const { context } of applicable) {
          const given = context();
          expectNoSecret(await probe.run({ ...given, env: { ...given.env, NVIDIA_API_KEY: SECRET } }, live()));
        }
      },
    },
    {
      id: 'silence',
      title: 'never calls silence ok: a context whose calls all fail',
      run: async () => {
        for (const { context } of applicable) {
          const result = await probe.run(failing(context()), live());
          expectProbeResult(probe, codes, result);
          expect(result.status).not.toBe('ok');
        }
      },
    },
    {
      id: 'abort',
      title: `ends within ${abortBoundMs} ms of an abort, even when what it waits for never ends`,
      run: async () => {
        const controller = new AbortController();
        const work = probe.run(hanging(first()), controller.signal);
        controller.abort(new Error('interrupted'));
        const end = await settledWithin(work, abortBoundMs);
        expect(end.state, 'still running').not.toBe('pending');
        if (end.state === 'resolved') expect(end.value.status).not.toBe('ok');
      },
    },
    {
      id: 'aborted-before',
      title: 'does nothing when it is aborted before it starts',
      run: async () => {
        const calls: string[] = [];
        const given = hanging(first(), (name) => calls.push(name));
        const stopped = AbortSignal.abort(new Error('interrupted'));
        const end = await settledWithin((async () => probe.run(given, stopped))(), abortBoundMs);
        if (end.state === 'resolved') expect(end.value.status).not.toBe('ok');
        expect(calls).toEqual([]);
      },
    },
    {
      id: 'used',
      title: 'was called in all its parts',
      run: () => expect(unused(), 'never called').toEqual([]),
    },
  ];
}

/** Declares a vitest suite that every probe has to pass; call it at the top level of a test file. */
export function testProbe(probe: ProbeContribution, conformance: ProbeConformance): void {
  declare(`probe ${probe.id} keeps its contract`, probeChecks(probe, conformance));
}

function hanging(context: ProbeContext, called: (name: string) => void = () => undefined): ProbeContext {
  const hang = (name: string) => () => {
    called(name);
    return never();
  };
  return {
    ...context,
    connectFromHost: hang('connectFromHost'),
    sleep: hang('sleep'),
    ...(context.runHelper ? { runHelper: hang('runHelper') } : {}),
    ...(context.runInAgent ? { runInAgent: hang('runInAgent') } : {}),
  };
}

function failing(context: ProbeContext): ProbeContext {
  const fail = async () => {
    throw new Error('line one\nline two \u001b[31mred');
  };
  return {
    ...context,
    connectFromHost: async () => 'error',
    sleep: async () => undefined,
    ...(context.runHelper ? { runHelper: fail } : {}),
    ...(context.runInAgent ? { runInAgent: fail } : {}),
  };
}
