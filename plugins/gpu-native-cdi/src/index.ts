import { defineGpuStrategy } from '@nemoclaw/plugin-api';
import { detect, STRATEGY_ID } from './detect.ts';
import { explain } from './explain.ts';
import { prepare } from './prepare.ts';
import { prove } from './proof/prove.ts';

export default defineGpuStrategy({
  id: STRATEGY_ID,
  title: 'Native CDI: the engine injects the GPU at create',
  detect,
  prepare,
  prove,
  explain,
});
