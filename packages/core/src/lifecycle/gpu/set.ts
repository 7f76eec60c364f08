import type { GpuSetOptions, GpuSetResult } from '../../api/nemoclaw.ts';
import type { SandboxRecord } from '../../api/records.ts';
import { codedError } from '../../errors/index.ts';
import { hostNetworkRefusal } from '../../host/host-network.ts';
import { observeOwnership } from '../observe.ts';
import { recordOf } from '../onboard/data.ts';
import { gpuRouting } from '../onboard/preflight.ts';
import { toolsFor } from '../onboard/tools.ts';
import { withLock } from '../operation-options.ts';
import { renewedLeaf } from '../renew-leaf.ts';
import { newReplaceData } from '../replace/new-data.ts';
import { incumbentOf, runReplacement } from '../replace/run.ts';
import { knownSandbox, refuseWhilePending } from '../resolve.ts';
import type { Services } from '../services.ts';

export const GPU_SET = 'gpu-set';

/** How the warning of an onboard begins whose GPU did not come; it is over once a GPU is set. */
export const NO_GPU = 'The sandbox has no GPU: ';

/** What was warned of the old container and of what is looked at again. */
const isOver = ({ proofs }: SandboxRecord, warning: string): boolean =>
  warning.startsWith(NO_GPU) ||
  [proofs.gpu, proofs.bridge, proofs.inference].some((proof) => proof && warning.includes(proof.summary));

/** What the record will say once it is proved; nothing that was proved of the old container is true of the new one. */
const recordAfter = (
  record: SandboxRecord,
  to: { request: string; strategy: string | null; reason: string; devices: string[] },
): SandboxRecord => {
  const { request, strategy, reason, devices } = to;
  const { gateway: _g, gpu: _gpu, inference: _inf, ingress: _in, tools: _t, ...proofs } = record.proofs;
  return {
    ...record,
    agent: { ...record.agent, isolationProof: 'declared' },
    proofs,
    warnings: record.warnings.filter((warning) => !isOver(record, warning)),
    gpu: {
      mode: request === 'off' || request === 'auto' ? request : 'strategy',
      strategy,
      reason,
      requested: devices,
    },
  };
};

/** To be called under the sandbox's lock. `warned`: what is to be said beside what the strategy says. */
export const gpuSetLocked = async (
  services: Services,
  name: string,
  request: string,
  options: GpuSetOptions,
  warned: string[] = [],
): Promise<GpuSetResult> => {
  await refuseWhilePending(services, name);
  const known = await renewedLeaf(services, await knownSandbox(services, name), options);
  const { record } = known;
  const before = record.gpu.strategy;
  const devices = options.devices ?? record.gpu.requested;
  const route = await gpuRouting(services, request, devices);
  if (route.chosen === null && request !== 'off')
    throw codedError('GPU_NOT_APPLICABLE', { message: `No GPU strategy fits this host: ${route.reason}` });
  if (route.chosen === null && before === null) return { changed: false, before, record, warnings: [], notes: [] };

  const from = await incumbentOf(services, known, options.signal);
  const tools = await toolsFor(services, record.agent.id);
  const data = newReplaceData({
    why: GPU_SET,
    known,
    ...from,
    record: recordAfter(record, { request, strategy: route.chosen, reason: route.reason, devices }),
  });
  const told = [...warned, ...route.warnings];
  for (const warning of told) options.onProgress?.({ type: 'note', level: 'warn', text: warning });
  const { notes, warnings } = await runReplacement(tools, data, record, options);
  await observeOwnership(services, tools.driver, await knownSandbox(services, name));
  return { changed: true, before, record: recordOf(data), warnings: [...told, ...warnings], notes };
};

/** Another way to the GPU, or none, for a sandbox that is there: its container is replaced, or all stays as it was. */
export const gpuSet = async (
  services: Services,
  input: string,
  request: string,
  options: GpuSetOptions = {},
): Promise<GpuSetResult> => {
  const { name } = (await knownSandbox(services, input)).record;
  const warned = hostNetworkRefusal(services.options.env);
  return withLock(services, name, GPU_SET, options, () => gpuSetLocked(services, name, request, options, warned));
};
