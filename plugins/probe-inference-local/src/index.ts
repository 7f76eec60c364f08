import { defineProbe } from '@nemoclaw/plugin-api';
import { applies, PROBE_ID, run } from './run.ts';

export { INFERENCE_CODES, type InferenceCode } from './outcome.ts';

export default defineProbe({
  id: PROBE_ID,
  title: "inference.local from the agent's network namespace",
  when: ['post-ready', 'on-demand'],
  applies,
  run,
});
