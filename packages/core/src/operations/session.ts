import type { JsonObject } from '@nemoclaw/plugin-api';
import { stateOf } from './journal.ts';
import type { Operation, OperationJournal, OperationOutcome, RunOptions, Step, StepIo, StepState } from './types.ts';

type StepEvent = 'started' | 'done' | 'skipped' | 'failed' | 'undoing' | 'undone' | 'undo-failed';

/** One run of one operation: the journal as it stands, and the ways to change it and to tell of it. */
export interface Session<D extends JsonObject> {
  operation: Operation<D>;
  options: RunOptions;
  journal: OperationJournal;
  outcome: OperationOutcome;
  state(step: Step<D>): StepState;
  /** Disk first, memory after: when it rejects, nothing has changed. */
  record(
    change: Partial<Pick<OperationJournal, 'committed' | 'direction'>>,
    step?: { id: string; state: StepState },
  ): Promise<void>;
  /** The same where going on matters more than the journal; false when it could not be written. */
  tryRecord(...change: Parameters<Session<D>['record']>): Promise<boolean>;
  tell(step: Step<D>, state: StepEvent, elapsedMs: number, note?: string): void;
  note(step: Step<D>, text: string): void;
  stepIo(step: Step<D>, signal: AbortSignal): StepIo<D> & { remarks: string[]; skipped: () => string | undefined };
}

export const openSession = <D extends JsonObject>(
  operation: Operation<D>,
  journal: OperationJournal,
  options: RunOptions,
): Session<D> => {
  const { store, onProgress } = options;
  const session: Session<D> = {
    operation,
    options,
    journal,
    outcome: { timings: {}, notes: [], warnings: [] },
    state: (step) => stateOf(session.journal, step.id),
    async record(change, step) {
      const steps = step
        ? session.journal.steps.map((known) => (known.id === step.id ? step : known))
        : session.journal.steps;
      // Steps change the one object that they share, so its state now is what goes to disk.
      const next: OperationJournal = { ...session.journal, ...change, steps, data: operation.data };
      await store.writeOperation(operation.sandbox, next);
      session.journal = next;
    },
    async tryRecord(change, step) {
      try {
        await session.record(change, step);
        return true;
      } catch {
        const steps = session.journal.steps.map((known) => (known.id === step?.id ? step : known));
        session.journal = { ...session.journal, ...change, steps };
        return false;
      }
    },
    tell(step, state, elapsedMs, note) {
      onProgress?.({
        type: 'step',
        id: step.id,
        title: step.title,
        state,
        elapsedMs: Math.round(elapsedMs),
        ...(note ? { note } : {}),
      });
    },
    note(step, text) {
      session.outcome.notes.push(`${step.id}: ${text}`);
    },
    stepIo(step, signal) {
      const remarks: string[] = [];
      let skipReason: string | undefined;
      return {
        data: operation.data,
        save: () => session.record({}),
        signal,
        output: (text) => onProgress?.({ type: 'output', step: step.id, text }),
        note(text) {
          remarks.push(text);
          session.note(step, text);
        },
        skip(reason) {
          skipReason = reason;
        },
        remarks,
        skipped: () => skipReason,
      };
    },
  };
  onProgress?.({
    type: 'operation',
    operation: operation.name,
    sandbox: operation.sandbox,
    steps: operation.steps.map(({ id, title }) => ({ id, title })),
  });
  return session;
};
