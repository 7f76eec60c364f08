import type { CallOptions } from '../api/nemoclaw.ts';
import type { RunOptions } from '../operations/types.ts';
import type { Services } from './services.ts';

/** What every operation runs with: the caller's signal and progress, our store, clock and budget. */
export const operationOptions = ({ store, clock, config }: Services, call: CallOptions): RunOptions => ({
  store,
  clock,
  undoBudgetMs: config.undoBudgetMs,
  ...(call.signal ? { signal: call.signal } : {}),
  ...(call.onProgress ? { onProgress: call.onProgress } : {}),
});

/** The sandbox's lock, held while `work` runs. */
export const withLock = async <T>(
  services: Services,
  name: string,
  operation: string,
  call: CallOptions,
  work: () => Promise<T>,
): Promise<T> => {
  const lock = await services.store.lock(name, { operation, ...(call.signal ? { signal: call.signal } : {}) });
  try {
    return await work();
  } finally {
    await lock.release();
  }
};
