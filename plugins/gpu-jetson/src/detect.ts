import type { GpuBid, GpuRequest, HostFacts } from '@nemoclaw/plugin-api';
import { deviceGroups } from './groups.ts';

export const STRATEGY_ID = 'jetson';
export const RUNTIME = 'nvidia';

/** `0` takes native CDI on a Jetson too. */
const PATCH_VARIABLE = 'NEMOCLAW_DOCKER_GPU_PATCH';

type Outcome = Pick<GpuBid, 'applicable' | 'priority' | 'reason'>;
const no = (reason: string): Outcome => ({ applicable: false, priority: 0, reason });

/** Pure: the row of the routing table that is about Jetsons. 100 is a host's default on the scale that all strategies share. */
export function detect(facts: HostFacts, request: GpuRequest): GpuBid {
  const { jetson } = facts;
  return {
    strategy: STRATEGY_ID,
    activation: 'create',
    warnings: [],
    evidence: [
      ...(jetson.detected ? [`Jetson: ${[jetson.model, ...jetson.evidence].filter(Boolean).join(', ')}`] : []),
      `runtimes: ${facts.engine.runtimes.join(', ') || 'none'}`,
      `groups of device nodes: ${deviceGroups(facts).join(', ') || 'none'}`,
    ],
    ...decide(facts, request),
  };
}

function decide(facts: HostFacts, request: GpuRequest): Outcome {
  if (!facts.jetson.detected) return no('this host is no Jetson');
  if (request.env[PATCH_VARIABLE] === '0') return no(`${PATCH_VARIABLE}=0 asks for native CDI on this Jetson`);
  if (!facts.engine.runtimes.includes(RUNTIME))
    return no('the engine of this Jetson does not have the nvidia runtime: install nvidia-container-toolkit');
  return { applicable: true, priority: 100, reason: `${facts.jetson.model || 'a Jetson'} with the nvidia runtime` };
}
