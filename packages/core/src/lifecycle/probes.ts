import type { ProbeContext, ProbeResult, ProbeWhen } from '@nemoclaw/plugin-api';
import { toCodedError } from '../errors/index.ts';
import type { Probe, Services } from './services.ts';

const broken = (probe: Probe, error: unknown, elapsedMs: number): ProbeResult => {
  const { code, message, hint } = toCodedError(error);
  return {
    probe: probe.id,
    status: 'fail',
    code: 'probe_broke',
    layer: 'tool',
    errorCode: code,
    summary: message,
    remedy: hint === undefined ? [] : hint.split('\n'),
    evidence: {},
    elapsedMs,
  };
};

/** Asked first, side by side; one that cannot even say whether it applies is due, and then fails by its own words. */
const isDue = async (probe: Probe, context: ProbeContext): Promise<true | string | Error> => {
  try {
    return await probe.applies(context);
  } catch (error) {
    return toCodedError(error);
  }
};

/**
 * Runs every probe that is for this moment and applies, side by side. A probe that breaks, hangs or returns nonsense is a
 * failed probe with the error's words: it never hides the others. Results are kept and shown, so they come redacted.
 */
export const runProbes = async (
  { probes, redactor, faults }: Pick<Services, 'probes' | 'redactor' | 'faults'>,
  when: ProbeWhen,
  context: ProbeContext,
  signal: AbortSignal,
): Promise<ProbeResult[]> => {
  const results = await Promise.all(
    (await probes())
      .filter((probe) => probe.when.includes(when))
      .map(async (probe): Promise<ProbeResult | undefined> => {
        const begin = context.elapsed();
        const due = await isDue(probe, context);
        if (typeof due === 'string') return undefined;
        try {
          if (due !== true) throw due;
          return await probe.run(context, signal);
        } catch (error) {
          signal.throwIfAborted();
          faults.note(error);
          return broken(probe, error, context.elapsed() - begin);
        }
      }),
  );
  return results.flatMap((result) => (result ? [redactor.redactJson(result)] : []));
};
