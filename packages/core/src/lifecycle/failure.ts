import type { Driver, OnFailureInput } from '@nemoclaw/plugin-api';
import { captureEvidence } from '../evidence/capture.ts';
import { runOnFailure } from '../hooks/runner.ts';
import { toCodedError } from '../errors/index.ts';
import type { Services } from './services.ts';

interface Input {
  services: Services;
  driver: Driver;
  name: string;
  operation: string;
  hookInput: () => Pick<OnFailureInput, 'sandbox' | 'operation' | 'agent'>;
  /** Containers to look at, by what they are; an empty id is not there. */
  containers: () => Record<string, string>;
}

/**
 * What happens between a failure and its undo: evidence first (unless a signal was the reason: the user knows why),
 * then the on-failure hooks. Neither hides the first error: trouble in here is told by its return value only.
 */
export const failureReporter =
  (input: Input) =>
  async (error: unknown, step: string, interruptedBy: 'SIGINT' | 'SIGTERM' | undefined, signal: AbortSignal): Promise<string[]> => {
    const { services, driver } = input;
    const coded = toCodedError(error);
    const notes: string[] = [];
    if (!interruptedBy) {
      const collect = Object.entries(input.containers())
        .filter(([, id]) => id !== '')
        .flatMap(([role, id]) => [
          { name: `${role}-state.json`, run: async (abort: AbortSignal) => JSON.parse(JSON.stringify((await driver.inspect(id, { signal: abort })) ?? null)) },
          { name: `${role}.log`, run: (abort: AbortSignal) => tail(driver, id, abort) },
        ]);
      try {
        const path = await captureEvidence({
          store: services.store,
          name: input.name,
          operation: input.operation,
          error: coded,
          step,
          collect: [
            ...collect,
            { name: 'engine.json', run: async (abort: AbortSignal) => JSON.parse(JSON.stringify(await driver.hostFacts({ signal: abort }))) },
          ],
          redactText: services.redactor.redactText,
          now: services.clock.now,
        });
        notes.push(`evidence: ${path}`);
      } catch (failure) {
        notes.push(`evidence could not be written: ${failure instanceof Error ? failure.message : String(failure)}`);
      }
    }
    const hooks = await (await services.registry()).hooks('on-failure');
    if (hooks.length > 0) {
      const outcome = await runOnFailure(
        hooks,
        {
          ...input.hookInput(),
          error: { code: coded.code, message: coded.message, ...(coded.hint === undefined ? {} : { hint: coded.hint }) },
          step,
          ...(interruptedBy ? { interruptedBy } : {}),
        },
        { signal, env: services.options.env },
      );
      notes.push(...outcome.notes, ...outcome.errors.map((secondary) => secondary.message));
    }
    return notes;
  };

const tail = async (driver: Driver, id: string, signal: AbortSignal): Promise<string> => {
  const lines: string[] = [];
  for await (const line of driver.logs(id, { tail: 200, follow: false, timestamps: true, signal })) lines.push(`${line.time ?? ''} ${line.text}`);
  return lines.join('\n');
};
