import { CodedError, defineGpuStrategy } from '@nemoclaw/plugin-api';
import { gpuProof } from '@nemoclaw/plugin-api/gpu-proof';
import { candidates } from './candidates.ts';
import { detect, STRATEGY_ID } from './detect.ts';
import { explain } from './explain.ts';
import { REMEDIES } from './remedies.ts';

export default defineGpuStrategy({
  id: STRATEGY_ID,
  title: 'Swap: the running container is replaced by one with a GPU',
  detect,
  candidates,
  prepare(facts, request) {
    const bid = detect(facts, request);
    const [first] = candidates(facts, request);
    if (!bid.applicable || !first)
      throw new CodedError('GPU_NOT_APPLICABLE', {
        message: `No GPU can be given by a swap: ${bid.reason}.`,
        details: { strategy: STRATEGY_ID },
      });
    return first.patch;
  },
  prove: gpuProof(REMEDIES),
  explain,
});
