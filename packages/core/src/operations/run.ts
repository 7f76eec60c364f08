import { type JsonObject, untilAborted } from '@nemoclaw/plugin-api';
import { codedError } from '../errors/index.ts';
import { operationError } from './failure.ts';
import { runForward, type StepFailure } from './forward.ts';
import { checkSameOperation, needsUndo, newJournal, resumeDirection } from './journal.ts';
import { openSession, type Session } from './session.ts';
import { interrupted, interruptionOf } from './signals.ts';
import type { Operation, OperationJournal, OperationOutcome, RunOptions } from './types.ts';
import { deadline, UNDO_BUDGET_MS, undoSteps } from './undo.ts';

/** Two thirds: a hook that takes its time must not cost the undo. */
const onFailureShare = (budgetMs: number): number => Math.floor((budgetMs * 2) / 3);

const reportFailure = async <D extends JsonObject>(
  session: Session<D>,
  { step, error }: StepFailure<D>,
  budgetMs: number,
): Promise<JsonObject | undefined> => {
  const { onFailure, clock, signal } = session.options;
  if (!onFailure) return undefined;
  const bound = deadline(clock, onFailureShare(budgetMs), 'what follows a failure took too long');
  try {
    return await untilAborted(onFailure(error, step.id, interruptionOf(signal), bound.signal), bound.signal);
  } catch (trouble) {
    session.note(step, trouble instanceof Error ? trouble.message : String(trouble));
    return undefined;
  } finally {
    bound.end();
  }
};

const takeBack = async <D extends JsonObject>(session: Session<D>, failure: StepFailure<D>): Promise<never> => {
  const { clock, store, onTakenBack, undoBudgetMs: budgetMs = UNDO_BUDGET_MS } = session.options;
  const open = session.operation.steps.filter((step) => needsUndo(session.state(step)));
  const begun = open.length > 0;
  let undoFailures: string[] = [];
  let details: JsonObject | undefined;
  let undoMs = 0;
  if (begun) {
    const budget = deadline(clock, budgetMs, `not within the ${budgetMs / 1000} s that an undo may take`);
    try {
      await session.tryRecord({ direction: 'back' });
      details = await reportFailure(session, failure, budgetMs);
      const start = clock.elapsed();
      undoFailures = await undoSteps(session, budget.signal);
      undoMs = clock.elapsed() - start;
    } finally {
      budget.end();
    }
  }
  const cleared =
    undoFailures.length === 0 &&
    (await store.clearOperation(session.operation.sandbox).then(
      () => true,
      () => false,
    ));
  const undo = !cleared ? 'incomplete' : open.some((step) => step.undo) ? 'complete' : 'not needed';
  if (begun) await onTakenBack?.(undo, undoMs).catch(() => undefined);
  throw operationError({
    operation: session.operation,
    error: failure.error,
    step: failure.step.id,
    undo,
    committed: false,
    undoFailures,
    details,
  });
};

/** Past the commit nothing is taken back; the journal stays for `recover`. */
const leaveForLater = <D extends JsonObject>(session: Session<D>, failure: StepFailure<D>): OperationOutcome => {
  const error = operationError({
    operation: session.operation,
    error: failure.error,
    step: failure.step.id,
    undo: 'not needed',
    committed: true,
    undoFailures: [],
  });
  if (session.operation.afterCommit !== 'warn') throw error;
  session.outcome.warnings.push(`${failure.step.title}: ${error.message} ${error.hint ?? ''}`.trim());
  return session.outcome;
};

/**
 * Runs the steps in order, each one journaled on disk before and after. A failure before the commit: on-failure, then
 * everything begun is undone in reverse, in one budget; the first error is thrown, with `details.undo`. A failure past
 * the commit: see `afterCommit`. The journal is gone when this resolves without warnings or throws with a complete undo.
 */
export const runOperation = async <D extends JsonObject>(
  operation: Operation<D>,
  options: RunOptions,
): Promise<OperationOutcome> => {
  const journal = newJournal(operation, options.clock.now(), process.pid);
  const session = openSession(operation, journal, options);
  const failure = await runForward(session);
  if (!failure) {
    await options.store.clearOperation(operation.sandbox);
    return session.outcome;
  }
  return session.journal.committed ? leaveForLater(session, failure) : takeBack(session, failure);
};

/** An aborted resume stops where it is; the journal says where that was. */
const resumeBack = async <D extends JsonObject>(session: Session<D>): Promise<void> => {
  const { clock, signal, store, undoBudgetMs: budgetMs = UNDO_BUDGET_MS } = session.options;
  const { name, sandbox } = session.operation;
  const budget = deadline(clock, budgetMs, `not within the ${budgetMs / 1000} s that an undo may take`);
  try {
    await session.tryRecord({ direction: 'back' });
    const failures = await undoSteps(session, signal ? AbortSignal.any([signal, budget.signal]) : budget.signal);
    if (failures.length > 0) {
      if (signal?.aborted) throw interrupted(`Taking back ${name} of ${sandbox}`, signal);
      throw codedError('UNDO_FAILED', {
        message: `${name} of ${sandbox} could not be taken back whole: ${failures.join('; ')}.`,
        hint: `The journal is kept: once the reason is gone, run \`nemoclaw ${sandbox} recover\` again.`,
        details: { operation: name, undo: 'incomplete', undoFailures: failures },
      });
    }
    await store.clearOperation(sandbox);
  } finally {
    budget.end();
  }
};

/**
 * Brings an operation that a crash cut off to one of its two ends: forward past the commit point (or when the crash was
 * in the commit step itself), back before it. `operation` is built from `journal.data`. A failure on the way forward is
 * thrown and the journal kept: the commit may have been seen, so nothing is taken back. UNDO_FAILED, INTERRUPTED.
 */
export const resumeOperation = async <D extends JsonObject>(
  operation: Operation<D>,
  journal: OperationJournal,
  options: RunOptions,
): Promise<OperationOutcome & { direction: 'forward' | 'back' }> => {
  checkSameOperation(operation, journal);
  const states = new Map(journal.steps.map(({ id, state }) => [id, state]));
  const session = openSession(
    operation,
    {
      ...journal,
      pid: process.pid,
      steps: operation.steps.map(({ id }) => ({ id, state: states.get(id) ?? 'pending' })),
    },
    options,
  );
  const direction = resumeDirection(session.journal, operation.steps.find((step) => step.commit)?.id);
  if (direction === 'back') {
    await resumeBack(session);
    return { ...session.outcome, direction };
  }
  const failure = await runForward(session);
  if (failure)
    throw operationError({
      operation: operation,
      error: failure.error,
      step: failure.step.id,
      undo: 'not needed',
      committed: true,
      undoFailures: [],
    });
  await options.store.clearOperation(operation.sandbox);
  return { ...session.outcome, direction };
};
