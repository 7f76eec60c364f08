import type { GpuProof, GpuStrategyContribution } from '../gpu.ts';
import type { JsonObject } from '../json.ts';
import { PATHS } from '../layout.ts';
import type { AgentRunResult, AgentRunSpec, RunInAgent } from '../probe.ts';
import { untilAborted } from '../until-aborted.ts';
import { conclude, type GpuRemedies, IDENTITIES, remedyFor, summaryOf } from './conclude.ts';
import { type Check, judgeIdentity, type Observations } from './judge-identity.ts';
import { SMI_PROGRAM } from './smi-program.ts';

/** A cold driver can take seconds to initialise; the first call loads its modules. */
const CUDA_TIMEOUT_MS = 30_000;
const SMI_TIMEOUT_MS = 25_000;

/**
 * The proof that every strategy's GPU has to pass: as the gateway and as the tools, through the supervisor's launcher. One
 * identity after the other, so that two cold starts of a driver don't stand in each other's way.
 */
export const gpuProof =
  (remedies: GpuRemedies): GpuStrategyContribution['prove'] =>
  async ({ requested, run, now }, signal) => {
    signal.throwIfAborted();
    return untilAborted(
      (async (): Promise<GpuProof> => {
        const checks: Check[] = [];
        const ran: JsonObject = {};
        for (const as of IDENTITIES) {
          const attempt = attemptWith(run, signal);
          const seen: Observations = {
            proof: await attempt({ as, argv: [PATHS.gpuProof], timeoutMs: CUDA_TIMEOUT_MS }),
            smi: await attempt({ as, argv: [PATHS.node, '-e', SMI_PROGRAM], timeoutMs: SMI_TIMEOUT_MS }),
          };
          checks.push(...judgeIdentity(as, seen));
          ran[as] = identityOf(seen.proof);
        }
        const result = conclude(checks);
        return {
          result,
          requested,
          at: now().toISOString(),
          summary: summaryOf(result, checks),
          checks,
          evidence: { identities: ran },
          remedy: remedyFor(result, checks, remedies),
        };
      })(),
      signal,
    );
  };

/** A run that throws is a run that proved nothing, unless the caller wanted it to stop. */
const attemptWith =
  (run: RunInAgent, signal: AbortSignal) =>
  async (spec: AgentRunSpec): Promise<AgentRunResult> => {
    try {
      return await run(spec, signal);
    } catch (error) {
      signal.throwIfAborted();
      return { outcome: 'not_run', reason: 'error', message: error instanceof Error ? error.message : String(error) };
    }
  };

const identityOf = (run: AgentRunResult): JsonObject => {
  if (run.outcome !== 'exited') return { outcome: run.outcome };
  const { uid, gid, groups, netns, mntns } = run.identity;
  return { uid, gid, groups, netns, mntns };
};
