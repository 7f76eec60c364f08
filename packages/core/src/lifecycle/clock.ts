import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './services.ts';

/** Wall clock for what people read, monotonic for every bound. */
export const systemClock: Clock = {
  now: () => new Date(),
  elapsed: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal ? { signal } : {}),
};
