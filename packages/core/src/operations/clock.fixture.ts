import type { OperationClock } from './types.ts';

/** Time stands still until a test lets it pass. */
export const testClock = () => {
  const sleepers: (() => void)[] = [];
  const clock: OperationClock = {
    now: () => new Date('2026-11-21T00:00:00Z'),
    elapsed: () => 0,
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.push(resolve);
        signal?.addEventListener('abort', () => reject(new Error('cancelled')));
      }),
  };
  return { clock, letTimePass: () => sleepers.splice(0).map((wake) => wake()) };
};
