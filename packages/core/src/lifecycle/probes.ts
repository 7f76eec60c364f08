import type { ProbeContext, ProbeResult, ProbeWhen } from '@nemoclaw/plugin-api';
import { toCodedError } from '../errors/index.ts';
import type { Probe, Services } from './services.ts';

const broken = (probe: Probe, status: 'fail' | 'warn', error: unknown, elapsedMs: number): ProbeResult => {
  const { code, message, hint } = toCodedError(error);
  return {
    probe: probe.id,
    status,
    code: 'probe_broke',
    layer: 'tool',
    errorCode: code,
    summary: message,
    remedy: hint === undefined ? [] : hint.split('\n'),
    evidence: {},
    elapsedMs,
  };
};

const runOne = async (
  probe: Probe,
  context: ProbeContext,
  signal: AbortSignal,
  faults: Services['faults'],
): Promise<ProbeResult | undefined> => {
  const begin = context.elapsed();
  let due: true | string;
  try {
    due = await probe.applies(context);
  } catch (error) {
    faults.note(error);
    // It found nothing wrong; it could not even begin. What needs a proof goes without this one.
    return broken(probe, 'warn', error, context.elapsed() - begin);
  }
  if (due !== true) return undefined;
  try {
    return { ...(await probe.run(context, signal)), probe: probe.id };
  } catch (error) {
    signal.throwIfAborted();
    faults.note(error);
    return broken(probe, 'fail', error, context.elapsed() - begin);
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
  const due = (await probes()).filter((probe) => probe.when.includes(when));
  const results = await Promise.all(due.map((probe) => runOne(probe, context, signal, faults)));
  return results.flatMap((result) => (result ? [redactor.redactJson(result)] : []));
};
