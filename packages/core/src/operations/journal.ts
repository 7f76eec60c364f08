import { codedError } from '../errors/index.ts';
import type { OperationJournal, OperationShape, StepState } from './types.ts';

/** What stands on disk before the first step runs. */
export const newJournal = (operation: OperationShape, now: Date, pid: number): OperationJournal => ({
  version: 1,
  operation: operation.name,
  sandbox: operation.sandbox,
  ...(operation.sandboxId === undefined ? {} : { sandboxId: operation.sandboxId }),
  startedAt: now.toISOString(),
  pid,
  committed: false,
  direction: 'forward',
  steps: operation.steps.map(({ id }) => ({ id, state: 'pending' })),
  data: operation.data,
});

export const stateOf = (journal: OperationJournal, id: string): StepState =>
  journal.steps.find((step) => step.id === id)?.state ?? 'pending';

const isOver = (state: StepState): boolean => state === 'done' || state === 'skipped';

/**
 * Pure: where an interrupted operation has to go. A crash in the commit step leaves it in doubt whether the world saw
 * the commit; all before it is done, so forward is right then too: taking back what somebody may already use is not.
 */
export const resumeDirection = (journal: OperationJournal, commitStep: string | undefined): 'forward' | 'back' => {
  if (journal.committed) return 'forward';
  if (journal.direction === 'back') return 'back';
  if (journal.steps.every(({ state }) => isOver(state))) return 'forward';
  return commitStep !== undefined && stateOf(journal, commitStep) !== 'pending' ? 'forward' : 'back';
};

/** What `undo` has to be called for: everything that was begun. A skipped step did nothing. */
export const needsUndo = (state: StepState): boolean => {
  switch (state) {
    case 'pending':
    case 'skipped':
    case 'undone':
      return false;
    case 'running':
    case 'done':
    case 'undoing':
    case 'undo-failed':
      return true;
  }
};

/** The same operation as the journal's, or an error: what this version doesn't know it can neither finish nor take back. */
export const checkSameOperation = (operation: OperationShape, journal: OperationJournal): void => {
  const known = new Set(operation.steps.map(({ id }) => id));
  const unknown = journal.steps.filter(({ id, state }) => state !== 'pending' && !known.has(id)).map(({ id }) => id);
  if (operation.name === journal.operation && operation.sandbox === journal.sandbox && unknown.length === 0) return;
  throw codedError('NOT_SUPPORTED', {
    message:
      unknown.length > 0
        ? `The journal of ${journal.operation} on ${journal.sandbox} names steps that this version doesn't know: ${unknown.join(', ')}.`
        : `The journal is of ${journal.operation} on ${journal.sandbox}, not of ${operation.name} on ${operation.sandbox}.`,
    hint: 'Use the version that began it. The journal was left as it is.',
  });
};
