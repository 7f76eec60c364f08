import type { ErrorCode } from '../errors/index.ts';
import { attribute, interrupted, type PluginCall, timedOut } from './attribution.ts';

/** Watches plugin code while it runs: the watchdog, and the one for errors that nobody awaits. */
export interface CallGuard {
  /** `fail` ends the call with what was thrown. */
  enter(call: PluginCall, fail: (thrown: unknown) => void): CallWatch;
}

export interface CallWatch {
  /** Runs the plugin's function in a context of the guard's own. */
  run?<T>(fn: () => T): T;
  /** `abandoned`: the call was given up while its code may still run. */
  leave(outcome: 'settled' | 'abandoned'): void;
}

export interface PluginCallOptions extends PluginCall {
  /** The user's interruption, or that of an enclosing time box. */
  signal?: AbortSignal;
  guards?: readonly CallGuard[];
  /** For what the plugin throws that is not coded. */
  failedCode?: ErrorCode;
  timeoutCode?: ErrorCode;
  /** How long the plugin may tidy up after its signal was aborted, ms. */
  graceMs?: number;
}

const STANDARD_GRACE_MS = 250;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const settledWithin = async (work: Promise<unknown>, ms: number): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const settled = work.then(
    () => true,
    () => true,
  );
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * The one place that calls plugin code. Resolves with what `fn` returns; rejects with a CodedError that names the plugin,
 * the call, the time it took and the likely cause. The timer is referenced: a call that never settles cannot let the
 * process run empty and end in silence. Whatever the plugin does after it was given up is ignored.
 */
export const callPlugin = async <T>(
  options: PluginCallOptions,
  fn: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> => {
  const { plugin, what, timeoutMs, signal, guards = [], graceMs = STANDARD_GRACE_MS } = options;
  const call: PluginCall = { plugin, what, timeoutMs };
  const started = performance.now();
  const elapsed = (): number => performance.now() - started;
  if (signal?.aborted) throw interrupted(call, 0, signal.reason);

  const controller = new AbortController();
  const { promise: ended, reject: end } = Promise.withResolvers<never>();
  ended.catch(() => undefined);
  const onAbort = (): void => end(interrupted(call, elapsed(), signal?.reason));
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => end(timedOut(call, elapsed(), options.timeoutCode ?? 'PLUGIN_TIMEOUT')), timeoutMs);

  const failed = options.failedCode ?? 'PLUGIN_FAILED';
  const watches = guards.map((guard) => guard.enter(call, (thrown) => end(attribute(thrown, call, elapsed(), failed))));
  const run = watches.reduceRight<(inner: () => T | Promise<T>) => T | Promise<T>>(
    (outer, watch) => (watch.run ? (inner) => outer(() => watch.run?.(inner) as T | Promise<T>) : outer),
    (inner) => inner(),
  );
  const work = (async () => run(() => fn(controller.signal)))();
  work.catch(() => undefined);

  let outcome: 'settled' | 'abandoned' = 'settled';
  try {
    const result = await Promise.race([work, ended]);
    // Node reports a rejection that nobody handles only once the microtasks are through.
    await Promise.race([guards.length > 0 ? nextTurn() : undefined, ended]);
    return result;
  } catch (error) {
    const coded = attribute(error, call, elapsed(), failed);
    controller.abort(coded);
    if (!(await settledWithin(work, graceMs))) outcome = 'abandoned';
    throw coded;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    for (const watch of watches) watch.leave(outcome);
  }
};
