import { type GpuBid, type GpuRequest, type HostFacts, oneLine } from '@nemoclaw/plugin-api';
import { candidates, RUNTIME } from './candidates.ts';

export const STRATEGY_ID = 'legacy-swap';

/** Priorities of all strategies lie on one scale: 100 is a host's default, below 50 steps back for whoever wants it. */
const PRIORITY = { hostDefault: 100, stepsBack: 10, notApplicable: 0 } as const;

/** `1` asks for the swap, `0` forbids it; anything else leaves the host's default. */
const PATCH_VARIABLE = 'NEMOCLAW_DOCKER_GPU_PATCH';

type Outcome = Pick<GpuBid, 'applicable' | 'priority' | 'reason'> & { warnings?: string[] };

const no = (reason: string): Outcome => ({ applicable: false, priority: PRIORITY.notApplicable, reason });
const byDefault = (reason: string, warnings: string[] = []): Outcome => ({
  applicable: true,
  priority: PRIORITY.hostDefault,
  reason,
  warnings,
});

/** Pure: the rows of the routing table that concern the swap. */
export function detect(facts: HostFacts, request: GpuRequest): GpuBid {
  return {
    strategy: STRATEGY_ID,
    activation: 'replace',
    warnings: [],
    evidence: [
      ...candidates(facts, request).map(({ title }) => `would try: ${title}`),
      `runtimes: ${facts.engine.runtimes.join(', ') || 'none'}`,
      ...(facts.wsl.detected ? [`WSL: ${facts.wsl.evidence.join(', ') || 'detected'}`] : []),
      ...(facts.dockerDesktop ? ['Docker Desktop'] : []),
    ],
    ...decide(facts, request),
  };
}

function decide(facts: HostFacts, request: GpuRequest): Outcome {
  const patch = request.env[PATCH_VARIABLE];
  if (facts.dockerDesktop)
    return facts.wsl.detected
      ? byDefault(
          'Docker Desktop on WSL gives GPUs through its own driver',
          patch === '0'
            ? [`${PATCH_VARIABLE}=0 is ignored on Docker Desktop with WSL: there is no other way there.`]
            : [],
        )
      : no('Docker Desktop has no NVIDIA GPU to hand out on this host');
  if (facts.jetson.detected) return no('a Jetson gets its GPU through the nvidia runtime and the groups of its nodes');
  const hasRuntime = facts.engine.runtimes.includes(RUNTIME);
  const cdi = candidates(facts, request).some(({ id }) => id === 'cdi');
  if (cdi)
    return patch === '1'
      ? byDefault(`${PATCH_VARIABLE}=1 asks for the swap`)
      : {
          applicable: true,
          priority: PRIORITY.stepsBack,
          reason: 'the engine has a CDI device, which can be given without a swap',
        };
  if (!hasRuntime)
    return no(
      oneLine(
        facts.deviceNodes.some((node) => /^\/dev\/nvidia\d+$/.test(node))
          ? 'the driver is there, but the engine has neither a CDI device nor the nvidia runtime: install nvidia-container-toolkit'
          : 'there is no NVIDIA GPU: neither a CDI device nor the nvidia runtime',
      ),
    );
  return patch === '0'
    ? no(`the engine has the nvidia runtime only, and ${PATCH_VARIABLE}=0 forbids the swap that it needs`)
    : byDefault('the engine has the nvidia runtime and no CDI device');
}
