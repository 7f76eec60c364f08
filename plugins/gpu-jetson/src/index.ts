import { CodedError, defineGpuStrategy } from '@nemoclaw/plugin-api';
import { shortNames } from '@nemoclaw/plugin-api/cdi';
import { gpuProof } from '@nemoclaw/plugin-api/gpu-proof';
import { detect, RUNTIME, STRATEGY_ID } from './detect.ts';
import { explain } from './explain.ts';
import { deviceGroups } from './groups.ts';
import { REMEDIES } from './remedies.ts';

export default defineGpuStrategy({
  id: STRATEGY_ID,
  title: 'Jetson: the nvidia runtime, and the groups of the device nodes',
  detect,
  prepare(facts, request) {
    const bid = detect(facts, request);
    if (!bid.applicable)
      throw new CodedError('GPU_NOT_APPLICABLE', {
        message: `No GPU can be given as on a Jetson: ${bid.reason}.`,
        details: { strategy: STRATEGY_ID },
      });
    return {
      runtime: RUNTIME,
      env: {
        NVIDIA_VISIBLE_DEVICES: shortNames(request.devices).join(',') || 'all',
        NVIDIA_DRIVER_CAPABILITIES: 'compute,utility',
      },
      groups: deviceGroups(facts),
    };
  },
  prove: gpuProof(REMEDIES),
  explain,
});
