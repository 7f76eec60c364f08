import { CodedError, type GpuRequest, type HostFacts, type PlanPatch } from '@nemoclaw/plugin-api';
import { chooseDevices } from '@nemoclaw/plugin-api/cdi';

/** Count 0 and no options: the engine then goes by the device names alone. Throws GPU_NOT_APPLICABLE when there are none. */
export function prepare(facts: HostFacts, request: GpuRequest): PlanPatch {
  const choice = chooseDevices(facts.engine.cdiDevices, request.devices);
  if (!choice.chosen)
    throw new CodedError('GPU_NOT_APPLICABLE', {
      message: `No GPU can be given by native CDI: ${choice.why}.`,
      hint: 'Write a CDI specification (`sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml`), or use `--gpu off`.',
      details: { strategy: 'native-cdi', cdiDevices: [...facts.engine.cdiDevices], requested: [...request.devices] },
    });
  return { deviceRequests: [{ driver: 'cdi', count: 0, deviceIds: choice.chosen, capabilities: [] }] };
}
