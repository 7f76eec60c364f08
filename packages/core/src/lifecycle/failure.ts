import type { Driver, OnFailureInput } from '@nemoclaw/plugin-api';
import type { OnProgress } from '../api/events.ts';
import { toCodedError } from '../errors/index.ts';
import { captureEvidence } from '../evidence/capture.ts';
import { runOnFailure } from '../hooks/runner.ts';
import { hookOptions, type Services } from './services.ts';

interface Input {
  services: Services;
  driver: Driver;
  name: string;
  operation: string;
  hookInput: () => Pick<OnFailureInput, 'sandbox' | 'operation' | 'agent'>;
  /** Containers to look at, by what they are; an empty id is not there. */
  containers: () => Record<string, string>;
  onProgress?: OnProgress | undefined;
  /** Where evidence goes: the sandbox's own folder, or one that outlives a sandbox that never came to be. */
  evidenceFolder?: string;
}

/**
 * What happens between a failure and its undo: evidence first (unless a signal was the reason: the user knows why),
 * then the on-failure hooks. Neither hides the first error: trouble in here is told as a note.
 */
export const failureReporter =
  (input: Input) =>
  async (
    error: unknown,
    step: string,
    interruptedBy: 'SIGINT' | 'SIGTERM' | undefined,
    bound: AbortSignal,
  ): Promise<void> => {
    const { services, driver } = input;
    const coded = toCodedError(error);
    const say = (text: string) => input.onProgress?.({ type: 'note', level: 'info', text });
    if (!interruptedBy) {
      const collect = Object.entries(input.containers())
        .filter(([, id]) => id !== '')
        .flatMap(([role, id]) => [
          {
            name: `${role}-state.json`,
            run: async (abort: AbortSignal) =>
              JSON.parse(JSON.stringify((await driver.inspect(id, { signal: abort })) ?? null)),
          },
          { name: `${role}.log`, run: (abort: AbortSignal) => tail(driver, id, abort) },
        ]);
      try {
        const path = await captureEvidence({
          store: {
            paths: (name) => ({
              ...services.store.paths(name),
              ...(input.evidenceFolder ? { evidence: input.evidenceFolder } : {}),
            }),
          },
          name: input.name,
          operation: input.operation,
          error: coded,
          step,
          collect: [
            ...collect,
            {
              name: 'engine.json',
              run: async (abort: AbortSignal) => JSON.parse(JSON.stringify(await driver.hostFacts({ signal: abort }))),
            },
          ],
          redactText: services.redactor.redactText,
          now: services.clock.now,
        });
        say(`evidence: ${path}`);
      } catch (failure) {
        say(`evidence could not be written: ${failure instanceof Error ? failure.message : String(failure)}`);
      }
    }
    const hooks = await (await services.registry()).hooks('on-failure');
    if (hooks.length > 0) {
      const outcome = await runOnFailure(
        hooks,
        {
          ...input.hookInput(),
          error: {
            code: coded.code,
            message: coded.message,
            ...(coded.hint === undefined ? {} : { hint: coded.hint }),
          },
          step,
          ...(interruptedBy ? { interruptedBy } : {}),
        },
        hookOptions(services, bound),
      );
      for (const secondary of outcome.errors) services.faults.note(secondary);
      for (const note of [...outcome.notes, ...outcome.errors.map((secondary) => secondary.message)]) say(note);
    }
  };

const tail = async (driver: Driver, id: string, signal: AbortSignal): Promise<string> => {
  const lines: string[] = [];
  for await (const line of driver.logs(id, { tail: 200, follow: false, timestamps: true, signal }))
    lines.push(`${line.time ?? ''} ${line.text}`);
  return lines.join('\n');
};
