import type { CodedError, Driver, JsonObject, OnFailureInput } from '@nemoclaw/plugin-api';
import type { OnProgress } from '../api/events.ts';
import { toCodedError } from '../errors/index.ts';
import { captureEvidence, type Evidence, type RolledBack } from '../evidence/capture.ts';
import { failureKind } from '../evidence/failure-kind.ts';
import { runOnFailure } from '../hooks/runner.ts';
import type { RunOptions, UndoOutcome } from '../operations/types.ts';
import { collectorsOf, type Seen } from './collectors.ts';
import { hookOptions, type Services } from './services.ts';

interface Input {
  services: Services;
  driver: Driver;
  name: string;
  operation: string;
  hookInput: () => Pick<OnFailureInput, 'sandbox' | 'operation' | 'agent'>;
  /** Containers to look at, by what they are and the one that failed first; an empty id is not there. */
  containers: () => Record<string, string>;
  onProgress?: OnProgress | undefined;
  /** Where evidence goes: the sandbox's own folder, or one that outlives a sandbox that never came to be. */
  evidenceFolder?: string;
}

const capture = (input: Input, error: CodedError, step: string, startedAt: Date): Promise<Evidence> => {
  const { services, driver } = input;
  const containers = input.containers();
  const seen: Seen = { states: {} };
  const summary = (): JsonObject => {
    const subject = Object.entries(containers).find(([, id]) => id !== '')?.[0] ?? '';
    const container = seen.states[subject];
    return {
      failure: failureKind({
        step,
        ...(container ? { container } : {}),
        ...(seen.supervisor === undefined ? {} : { supervisor: seen.supervisor }),
      }),
      // The one that was there before, where there is one, and the one that was being made or worked on.
      ids: { old: containers.incumbent ?? '', new: containers.replacement ?? containers.agent ?? '' },
      containers,
    };
  };
  return captureEvidence({
    store: {
      paths: (name) => ({
        ...services.store.paths(name),
        ...(input.evidenceFolder ? { evidence: input.evidenceFolder } : {}),
      }),
    },
    name: input.name,
    operation: input.operation,
    error,
    step,
    startedAt,
    collect: collectorsOf(services, driver, containers, seen),
    summary,
    redactor: services.redactor,
    now: services.clock.now,
  });
};

const ROLLED_BACK: Record<UndoOutcome, RolledBack> = { complete: 'yes', incomplete: 'failed', 'not needed': 'no' };

/**
 * What happens between a failure and its undo: evidence first (unless a signal was the reason: the user knows why),
 * then the on-failure hooks; after the undo, what became of it is added to the evidence. None of it hides the first error:
 * trouble in here is told as a note, and nothing is thrown.
 */
export const failureReporter = (input: Input): Required<Pick<RunOptions, 'onFailure' | 'onTakenBack'>> => {
  const { services } = input;
  const startedAt = services.clock.now();
  const say = (text: string) => input.onProgress?.({ type: 'note', level: 'info', text });
  const because = (trouble: unknown) => (trouble instanceof Error ? trouble.message : String(trouble));
  let evidence: Evidence | undefined;

  const tellHooks = async (hookInput: OnFailureInput, bound: AbortSignal): Promise<void> => {
    try {
      const hooks = (await services.registry()).hooks('on-failure');
      const outcome = await runOnFailure(hooks, hookInput, hookOptions(services, bound));
      for (const secondary of outcome.errors) services.faults.note(secondary);
      for (const note of [...outcome.notes, ...outcome.errors.map((secondary) => secondary.message)]) say(note);
    } catch (trouble) {
      say(`the plugins could not be told of it: ${because(trouble)}`);
    }
  };

  return {
    async onFailure(error, step, interruptedBy, bound) {
      const coded = toCodedError(error);
      if (!interruptedBy) {
        try {
          evidence = await capture(input, coded, step, startedAt);
          say(`evidence: ${evidence.folder}`);
        } catch (trouble) {
          say(`evidence could not be written: ${because(trouble)}`);
        }
      }
      const { code, message, hint } = coded;
      await tellHooks(
        {
          ...input.hookInput(),
          error: { code, message, ...(hint === undefined ? {} : { hint }) },
          step,
          ...(interruptedBy ? { interruptedBy } : {}),
        },
        bound,
      );
      return evidence && { evidence: evidence.folder };
    },
    async onTakenBack(undo, elapsedMs) {
      await evidence?.conclude(ROLLED_BACK[undo], elapsedMs);
    },
  };
};
