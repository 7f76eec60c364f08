import type { JsonObject } from '@nemoclaw/plugin-api';
import type { Session } from './session.ts';
import { interrupted } from './signals.ts';
import type { Step } from './types.ts';
import { grace, UNDO_BUDGET_MS } from './undo.ts';

/** A step that failed; which one decides what happens next. */
export interface StepFailure<D extends JsonObject> {
  step: Step<D>;
  error: unknown;
}

const isOver = (state: string): boolean => state === 'done' || state === 'skipped';

const runStep = async <D extends JsonObject>(
  session: Session<D>,
  step: Step<D>,
  signal: AbortSignal,
): Promise<void> => {
  const { clock } = session.options;
  const begun = session.state(step) === 'running';
  const start = clock.elapsed();
  session.tell(step, 'started', 0);
  const io = session.stepIo(step, signal);
  await session.record({}, { id: step.id, state: 'running' });
  // Only a step that an earlier process began can already have happened.
  const happened = begun && step.done !== undefined && (await step.done(io));
  if (!happened) await step.run(io);
  const elapsed = clock.elapsed() - start;
  session.outcome.timings[step.id] = Math.round(elapsed);
  const skipped = io.skipped();
  const state = skipped === undefined ? 'done' : 'skipped';
  if (step.commit) {
    // The world is past the commit now, whether or not that can be written down.
    session.journal = { ...session.journal, committed: true };
    await session.record({ committed: true }, { id: step.id, state });
  } else await session.record({}, { id: step.id, state });
  session.tell(step, state, elapsed, skipped ?? (happened ? 'had already happened' : io.remarks.join('; ')));
};

/**
 * Runs what is left, in order. Resolves with the first failure, or with nothing when all is done. An interruption ends what
 * comes before the commit at once; past it, where nothing is taken back, the rest gets the time that an undo would get.
 */
export const runForward = async <D extends JsonObject>(session: Session<D>): Promise<StepFailure<D> | undefined> => {
  const { clock, signal: asked = new AbortController().signal, undoBudgetMs = UNDO_BUDGET_MS } = session.options;
  const rest = grace(clock, asked, undoBudgetMs);
  try {
    return await runSteps(session, { asked, rest: rest.signal });
  } finally {
    rest.end();
  }
};

const runSteps = async <D extends JsonObject>(
  session: Session<D>,
  { asked, rest }: { asked: AbortSignal; rest: AbortSignal },
): Promise<StepFailure<D> | undefined> => {
  for (const step of session.operation.steps) {
    if (isOver(session.state(step))) continue;
    const signal = session.journal.committed ? rest : asked;
    const start = session.options.clock.elapsed();
    try {
      if (signal.aborted) throw interrupted(`${session.operation.name} of ${session.operation.sandbox}`, signal);
      await runStep(session, step, signal);
    } catch (cause) {
      const error = signal.aborted
        ? interrupted(`${session.operation.name} of ${session.operation.sandbox}`, signal, cause)
        : cause;
      session.tell(step, 'failed', session.options.clock.elapsed() - start);
      return { step, error };
    }
  }
  return undefined;
};
