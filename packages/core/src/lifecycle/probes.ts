import type { ProbeContext, ProbeContribution, ProbeResult, ProbeWhen } from '@nemoclaw/plugin-api';

const PROBE_MS = 60_000;

/**
 * Runs every probe that is for this moment and applies, side by side. A probe that throws is a failed probe with the
 * error's words: it never hides the others.
 */
export const runProbes = async (
  probes: ProbeContribution[],
  when: ProbeWhen,
  context: ProbeContext,
  signal: AbortSignal,
): Promise<ProbeResult[]> => {
  const due = probes.filter((probe) => probe.when.includes(when) && probe.applies(context) === true);
  const results = await Promise.all(
    due.map(async (probe): Promise<ProbeResult> => {
      const begin = context.elapsed();
      try {
        return await probe.run(context, AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)]));
      } catch (error) {
        signal.throwIfAborted();
        return {
          probe: probe.id,
          status: 'fail',
          code: 'probe_broke',
          layer: 'tool',
          summary: `The probe ${probe.id} broke: ${error instanceof Error ? error.message : String(error)}`,
          remedy: [],
          evidence: {},
          elapsedMs: context.elapsed() - begin,
        };
      }
    }),
  );
  return results;
};
