import type { ContainerState } from '@nemoclaw/plugin-api';
import { expect, it } from 'vitest';
import { containerState } from './driver.fixture.ts';
import { stoppedBecause } from './stopped.ts';

it.each<[Partial<ContainerState>, string]>([
  [{ phase: 'created' }, 'made and never started'],
  [{ phase: 'created', error: 'no such device' }, 'never started (no such device)'],
  [{ phase: 'exited', exitCode: 255 }, 'stopped by hand, or its engine was killed (exit 255); engines start neither'],
  [{ phase: 'exited', error: 'port is already allocated' }, 'not started again (port is already allocated)'],
  [{ phase: 'exited', exitCode: 137, oomKilled: true, restartPolicy: 'no' }, 'stopped (exit 137, out of memory)'],
  [{ phase: 'paused' }, 'paused'],
])('%j is %s', (state, words) => {
  expect(stoppedBecause(containerState(state))).toContain(words);
});
