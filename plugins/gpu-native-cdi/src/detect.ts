import { type GpuBid, type GpuRequest, type HostFacts, oneLine } from '@nemoclaw/plugin-api';
import { chooseDevices } from '@nemoclaw/plugin-api/cdi';

export const STRATEGY_ID = 'native-cdi';

/** Priorities of all strategies lie on one scale: 100 is a host's default, below 50 steps back for whoever wants it. */
export const PRIORITY = { hostDefault: 100, stepsBack: 20, notApplicable: 0 } as const;

/** How the swap was asked for or forbidden; anything else leaves the host's default. */
export const PATCH_VARIABLE = 'NEMOCLAW_DOCKER_GPU_PATCH';

type Outcome = Pick<GpuBid, 'applicable' | 'priority' | 'reason'> & { warnings?: string[] };

/** Pure: the rows of the routing table that concern the engine's own CDI injection. */
export function detect(facts: HostFacts, request: GpuRequest): GpuBid {
  return {
    strategy: STRATEGY_ID,
    activation: 'create',
    warnings: [],
    evidence: evidenceOf(facts),
    ...decide(facts, request),
  };
}

function decide(facts: HostFacts, request: GpuRequest): Outcome {
  if (facts.dockerDesktop)
    return facts.wsl.detected
      ? no('Docker Desktop on WSL hands GPUs out by another way than CDI')
      : no('Docker Desktop has no NVIDIA GPU to hand out on this host');
  const patch = request.env[PATCH_VARIABLE];
  if (facts.jetson.detected && patch !== '0')
    return no(`a Jetson gets its GPU through the nvidia runtime; ${PATCH_VARIABLE}=0 chooses CDI instead`);
  const choice = chooseDevices(facts.engine.cdiDevices, request.devices);
  if (!choice.chosen) return no(oneLine(choice.why));
  const devices = choice.chosen.join(', ');
  if (patch === '1')
    return {
      applicable: true,
      priority: PRIORITY.stepsBack,
      reason: `CDI devices ${devices} are usable, but ${PATCH_VARIABLE}=1 asks for the swap`,
      warnings: [`${PATCH_VARIABLE}=1 puts the swap before native CDI; native CDI is taken only when no swap applies.`],
    };
  return { applicable: true, priority: PRIORITY.hostDefault, reason: `the engine injects ${devices} (${choice.how})` };
}

const no = (reason: string): Outcome => ({ applicable: false, priority: PRIORITY.notApplicable, reason });

function evidenceOf({ engine, jetson, wsl, dockerDesktop, deviceNodes }: HostFacts): string[] {
  return [
    `CDI devices: ${engine.cdiDevices.join(', ') || 'none'}`,
    `CDI spec folders: ${engine.cdiSpecDirs.join(', ') || 'none'} (folders alone are no device)`,
    ...(deviceNodes.length > 0 ? [`device nodes: ${deviceNodes.join(', ')}`] : []),
    ...(jetson.detected ? [`Jetson: ${jetson.model || jetson.evidence.join(', ')}`] : []),
    ...(wsl.detected ? [`WSL: ${wsl.evidence.join(', ') || 'detected'}`] : []),
    ...(dockerDesktop ? ['Docker Desktop'] : []),
  ];
}
