import { defineGpuStrategy } from '@nemoclaw/plugin-api';
import { gpuProof } from '@nemoclaw/plugin-api/gpu-proof';
import { detect, STRATEGY_ID } from './detect.ts';
import { explain } from './explain.ts';
import { prepare } from './prepare.ts';
import { REMEDIES } from './remedies.ts';

export default defineGpuStrategy({
  id: STRATEGY_ID,
  title: 'Native CDI: the engine injects the GPU at create',
  detect,
  prepare,
  prove: gpuProof(REMEDIES),
  explain,
});
