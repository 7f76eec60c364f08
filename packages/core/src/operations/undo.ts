import { type JsonObject, untilAborted } from '@nemoclaw/plugin-api';
import { needsUndo } from './journal.ts';
import type { Session } from './session.ts';
import { interruptionOf } from './signals.ts';
import type { OperationClock } from './types.ts';

export const UNDO_BUDGET_MS = 30_000;

/** A signal that aborts after `ms`; its timer ends with `end`. */
export const deadline = (clock: OperationClock, ms: number, why: string): { signal: AbortSignal; end(): void } => {
  const over = new AbortController();
  const cancel = new AbortController();
  clock.sleep(ms, cancel.signal).then(
    () => over.abort(new Error(why)),
    () => {},
  );
  return { signal: over.signal, end: () => cancel.abort() };
};

/**
 * For what can't be taken back any more: aborts `ms` after `signal` does, for the same reason. `end` is called when the
 * work is over.
 */
export const grace = (clock: OperationClock, signal: AbortSignal, ms: number): { signal: AbortSignal; end(): void } => {
  const late = new AbortController();
  const over = new AbortController();
  const begin = (): void => {
    clock.sleep(ms, over.signal).then(
      () => late.abort(signal.reason),
      () => {},
    );
  };
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true, signal: over.signal });
  return { signal: late.signal, end: () => over.abort() };
};

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const why = (signal: AbortSignal): string => {
  const by = interruptionOf(signal);
  return by ? `interrupted by ${by}` : wordsOf(signal.reason);
};

/** Backwards over everything that was begun, each one whatever becomes of the others; says what could not be undone. */
export const undoSteps = async <D extends JsonObject>(session: Session<D>, signal: AbortSignal): Promise<string[]> => {
  const { clock } = session.options;
  const failures: string[] = [];
  let onUnsureGround = false;
  for (const step of [...session.operation.steps].reverse()) {
    const before = session.state(step);
    // What was undone while a later step's traces were still there may have been kept for their sake: once more.
    onUnsureGround ||= before === 'undo-failed';
    if (!needsUndo(before) && !(onUnsureGround && before === 'undone')) continue;
    if (!step.undo) {
      await session.tryRecord({}, { id: step.id, state: 'undone' });
      continue;
    }
    if (signal.aborted) {
      failures.push(`${step.id}: not tried, ${why(signal)}`);
      continue;
    }
    const start = clock.elapsed();
    try {
      // A journal that can't be written is no reason to leave things lying about: what it says now leads to the same undo.
      await session.tryRecord({}, { id: step.id, state: 'undoing' });
      session.tell(step, 'undoing', 0);
      await untilAborted(step.undo(session.stepIo(step, signal)), signal);
      await session.tryRecord({}, { id: step.id, state: 'undone' });
      session.tell(step, 'undone', clock.elapsed() - start);
    } catch (error) {
      const words = signal.aborted ? why(signal) : wordsOf(error);
      failures.push(`${step.id}: ${words}`);
      await session.tryRecord({}, { id: step.id, state: 'undo-failed' });
      session.tell(step, 'undo-failed', clock.elapsed() - start, words);
    }
  }
  return failures;
};
