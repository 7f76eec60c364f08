import { type AgentRunResult, oneLine } from '@nemoclaw/plugin-api';
import { judgeReport, type Verdict } from './judge-report.ts';
import { parseReport } from './request-program.ts';

export interface Attempt extends Verdict {
  /** Another attempt may go better. */
  retry: boolean;
  /** Namespace that the request ran in, and the gateway's, where they are known. */
  netns?: string;
  gatewayNetns?: string;
  /** Models in the answer, where it was a list of them. */
  models?: number;
  status?: number;
}

/**
 * Pure. The place comes before the answer: what was seen from another network namespace than the gateway's, or while
 * there was no gateway, is no proof of anything, 200 included. Two witnesses must agree on the place: the launcher,
 * and the program itself.
 */
export function judgeAttempt(result: AgentRunResult): Attempt {
  switch (result.outcome) {
    case 'not_run':
      return PROGRAM_MISSING.test(result.reason)
        ? noClient(oneLine(result.message, 200))
        : execFailed(`nothing could be run there (${oneLine(result.reason, 60)}: ${oneLine(result.message, 200)})`);
    case 'timed_out':
      return { code: 'timeout', layer: 'tool', detail: 'the request program itself did not end in time', retry: true };
    case 'exited': {
      const { identity, gateway } = result;
      const report = parseReport(result.stdout);
      const where = { netns: identity.netns, ...(gateway ? { gatewayNetns: gateway.netns } : {}) };
      if (!gateway)
        return {
          ...where,
          ...wrongPlace('no gateway process was there to compare with'),
          retry: true, // it may be starting
        };
      if (identity.netns === '' || identity.netns !== gateway.netns)
        return {
          ...where,
          ...wrongPlace(`it ran in network namespace ${identity.netns || 'unknown'}, the gateway in ${gateway.netns}`),
          retry: false,
        };
      if (!report) {
        const said = oneLine(result.stderr || result.stdout, 200);
        return {
          ...where,
          ...(isMissing(result.exitCode, said) ? noClient(said) : strangeExit(result.exitCode, said)),
        };
      }
      if (report.netns !== identity.netns)
        return {
          ...where,
          ...wrongPlace(
            `the launcher names network namespace ${identity.netns}, the program ${report.netns || 'none'}`,
          ),
          retry: false,
        };
      const verdict = judgeReport(report);
      return {
        ...where,
        ...verdict,
        ...(report.outcome === 'answered' ? { status: report.status } : {}),
        ...(report.outcome === 'answered' && report.models !== undefined ? { models: report.models } : {}),
        retry: verdict.code !== 'ok',
      };
    }
  }
}

const PROGRAM_MISSING = /^(program_not_found|ENOENT)$/i;

/** The launcher's words for a program that is not in the image. */
const isMissing = (exitCode: number, said: string): boolean =>
  exitCode === 127 || (exitCode === 1 && /failed to execute .*No such file/.test(said));

const noClient = (said: string): Attempt => ({
  code: 'no_client',
  layer: 'tool',
  detail: `the image has no Node to ask with${said ? ` (${said})` : ''}`,
  retry: false,
});

const execFailed = (detail: string): Attempt => ({ code: 'exec_failed', layer: 'engine', detail, retry: true });

const strangeExit = (exitCode: number, said: string): Attempt =>
  execFailed(`the request program ended with ${exitCode} and no report${said ? `: ${said}` : ''}`);

const wrongPlace = (detail: string): Verdict => ({ code: 'wrong_namespace', layer: 'tool', detail });
