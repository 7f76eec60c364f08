import { defineProbe } from '@nemoclaw/plugin-api';
import { applies, PROBE_ID, run } from './run.ts';

export { BRIDGE_CODES, type BridgeCode } from './outcome.ts';

export default defineProbe({
  id: PROBE_ID,
  title: 'Host endpoints from the sandbox bridge',
  when: ['preflight', 'on-demand'],
  applies,
  run,
});
