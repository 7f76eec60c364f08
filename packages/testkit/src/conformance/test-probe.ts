import type { ProbeContext, ProbeContribution } from '@nemoclaw/plugin-api';
import { expect } from 'vitest';
import { type Check, counted, declare, expectKeys, expectNoSecret, SECRET } from './checks.ts';
import { deepFreeze } from './freeze.ts';
import { PROBE_MUSTS } from './musts.ts';
import { expectOneLine } from './plain-json.ts';
import { expectQuiet } from './printed.ts';
import { expectProbeProvenance, expectProbeResult } from './probe-result.ts';
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
export function probeChecks(
  contribution: ProbeContribution,
  conformance: ProbeConformance,
): Check<keyof typeof PROBE_MUSTS>[] {
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
            id: 'applies' as const,
            title: `does not apply, and says why: ${title}`,
            run: () => expectOneLine(probe.applies(context()), 'reason'),
          }
        : {
            id: 'result' as const,
            title: `answers ${code}: ${title}`,
            run: async () => {
              const given = context();
              expect(probe.applies(given)).toBe(true);
              const result = await probe.run(given, live());
              expectProbeResult(codes, result);
              expect(result.code).toBe(code);
            },
          },
    ),
    ...SILENCE.map(([what, silent]) => ({
      id: 'result' as const,
      title: `answers within its union when ${what}`,
      run: async () => {
        for (const { context } of applicable) expectProbeResult(codes, await probe.run(silent(context()), live()));
      },
    })),
    {
      id: 'provenance',
      title: 'signs its results, and times them by the clock that it is given',
      run: async () => {
        for (const { context } of applicable) {
          const given = context();
          const begin = given.elapsed();
          const result = await probe.run(given, live());
          expectProbeProvenance(probe, result, given.elapsed() - begin);
        }
      },
    },
    ...applicable.map(({ title, context }) => ({
      id: 'pure' as const,
      title: `answers the same for the same, and changes nothing of it: ${title}`,
      run: async () => {
        const given = deepFreeze(context());
        const applied = probe.applies(given);
        const first = await probe.run(given, live());
        const again = context();
        expect(probe.applies(again), 'does not apply twice').toBe(applied);
        expect(await probe.run(again, live()), 'not the same twice').toEqual(first);
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
      id: 'quiet',
      title: 'writes nothing to stdout',
      run: () =>
        expectQuiet(async () => {
          for (const { context } of cases) probe.applies(context());
          for (const { context } of applicable) await probe.run(context(), live());
        }),
    },
    ...SILENCE.map(([what, silent]) => ({
      id: 'silence' as const,
      title: `never calls it ok when ${what}`,
      run: async () => {
        for (const { context } of applicable)
          expect((await probe.run(silent(context()), live())).status).not.toBe('ok');
      },
    })),
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
      id: 'asked',
      title: 'was called in all its parts',
      run: () => expect(unused(), 'never called').toEqual([]),
    },
  ];
}

/** Declares a vitest suite that every probe has to pass; call it at the top level of a test file. */
export function testProbe(probe: ProbeContribution, conformance: ProbeConformance): void {
  declare(`probe ${probe.id} keeps its contract`, PROBE_MUSTS, probeChecks(probe, conformance));
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

const IDENTITY = { uid: 1, gid: 1, groups: [], netns: '1', pidns: '1', mntns: '1' };

/** Contexts in which nothing was learnt. */
const SILENCE: [string, (context: ProbeContext) => ProbeContext][] = [
  ['all its calls fail', failing],
  ['programs print nonsense', babbling],
];

function babbling(context: ProbeContext): ProbeContext {
  const said = { outcome: 'exited' as const, exitCode: 0, stdout: '\u001b[2Jnonsense', stderr: '' };
  return {
    ...failing(context),
    ...(context.runHelper ? { runHelper: async () => said } : {}),
    ...(context.runInAgent ? { runInAgent: async () => ({ ...said, identity: IDENTITY, gateway: undefined }) } : {}),
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
