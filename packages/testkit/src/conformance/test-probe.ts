import type { ProbeContext, ProbeContribution } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { deepFreeze } from './freeze.ts';
import { expectOneLine, expectPlainJson } from './plain-json.ts';
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
  /** At least one that applies. */
  cases: ProbeCase[];
  /** How soon after an abort `run` must have ended. */
  abortBoundMs?: number;
}

/** Declares a vitest suite that every probe has to pass; call it at the top level of a test file. */
export function testProbe(probe: ProbeContribution, { codes, cases, abortBoundMs = 1000 }: ProbeConformance): void {
  const applicable = cases.filter((one) => one.code !== undefined);

  describe(`probe ${probe.id} keeps its contract`, () => {
    it('says what it is', () => {
      expect(probe.kind).toBe('probe');
      expect(probe.id).toMatch(/^[a-z][a-z0-9-]*$/);
      expectOneLine(probe.title, 'title');
      expect(probe.when.length).toBeGreaterThan(0);
      expect(['preflight', 'post-ready', 'on-demand']).toEqual(expect.arrayContaining(probe.when));
      expect(new Set(codes).size).toBe(codes.length);
      expect(applicable.length, 'no case in which the probe applies').toBeGreaterThan(0);
    });

    for (const { title, context, code } of cases) {
      if (code === undefined) {
        it(`does not apply, and says why: ${title}`, () => {
          expectOneLine(probe.applies(deepFreeze(context())), 'reason');
        });
        continue;
      }
      it(`answers ${code}: ${title}`, async () => {
        const given = deepFreeze(context());
        expect(probe.applies(given)).toBe(true);
        const result = await probe.run(given, new AbortController().signal);
        expectProbeResult(probe, codes, result);
        expect(result.code).toBe(code);
      });
    }

    it('never calls silence ok: a context whose calls all fail', async () => {
      for (const { context } of applicable) {
        const result = await probe.run(failing(context()), new AbortController().signal);
        expectProbeResult(probe, codes, result);
        expect(result.status).not.toBe('ok');
      }
    });

    it(`ends within ${abortBoundMs} ms of an abort, even when what it waits for never ends`, async () => {
      const controller = new AbortController();
      const work = probe.run(hanging(applicable[0]!.context()), controller.signal);
      controller.abort(new Error('interrupted'));
      const end = await settledWithin(work, abortBoundMs);
      expect(end.state, 'still running').not.toBe('pending');
      if (end.state === 'resolved') expect(end.value.status).not.toBe('ok');
    });

    it('does nothing when it is aborted before it starts', async () => {
      const calls: string[] = [];
      const given = hanging(applicable[0]!.context(), (name) => calls.push(name));
      const end = await settledWithin(
        (async () => probe.run(given, AbortSignal.abort(new Error('interrupted'))))(),
        abortBoundMs,
      );
      expect(end.state).not.toBe('pending');
      if (end.state === 'resolved') expect(end.value.status).not.toBe('ok');
      expect(calls).toEqual([]);
    });

    it('describes itself in plain JSON', () => {
      const { id, title, when } = probe;
      expectPlainJson({ id, title, when });
    });
  });
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
