/** How a promise ended, or `pending` when the bound passed first. */
export type Settled<T> = { state: 'resolved'; value: T } | { state: 'rejected'; error: unknown } | { state: 'pending' };

/** Bounded watch over a promise that may never end; real time, since that is what the contract is about. */
export async function settledWithin<T>(work: Promise<T>, boundMs: number): Promise<Settled<T>> {
  const bound = Promise.withResolvers<Settled<T>>();
  const timer = setTimeout(() => bound.resolve({ state: 'pending' }), boundMs);
  try {
    return await Promise.race([
      work.then(
        (value): Settled<T> => ({ state: 'resolved', value }),
        (error): Settled<T> => ({ state: 'rejected', error }),
      ),
      bound.promise,
    ]);
  } finally {
    clearTimeout(timer);
  }
}

/** Never settles, whatever its signal says: the rudest thing that a contribution may be handed. */
export const never = (): Promise<never> => new Promise(() => undefined);
