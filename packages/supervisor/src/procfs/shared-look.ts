/**
 * One look at a time for all who ask: whoever asks while a look is under way gets the next one, so that every answer is
 * of a look that began after its question. A burst of connections costs a few looks then, not one each.
 */
export const sharedLook = <T>(look: () => Promise<T>): (() => Promise<T>) => {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  return () => {
    if (next) return next;
    const begun = running.then(() => {
      next = undefined;
      const mine = look();
      running = mine.catch(() => {});
      return mine;
    });
    next = begun;
    return begun;
  };
};
