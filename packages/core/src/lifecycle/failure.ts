import type { CodedError, Driver, OnFailureInput } from '@nemoclaw/plugin-api';
import type { OnProgress } from '../api/events.ts';
import { toCodedError } from '../errors/index.ts';
import { type Collector, captureEvidence } from '../evidence/capture.ts';
import { runOnFailure } from '../hooks/runner.ts';
import { asJson } from './onboard/data.ts';
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

/** State and log of each container, and the engine's own facts. */
const collectors = (driver: Driver, containers: Record<string, string>): Collector[] => [
  ...Object.entries(containers)
    .filter(([, id]) => id !== '')
    .flatMap(([role, id]): Collector[] => [
      { name: `${role}-state.json`, run: async (signal) => asJson((await driver.inspect(id, { signal })) ?? null) },
      { name: `${role}.log`, run: (signal) => tail(driver, id, signal) },
    ]),
  { name: 'engine.json', run: async (signal) => asJson(await driver.hostFacts({ signal })) },
];

const capture = (input: Input, error: CodedError, step: string): Promise<string> => {
  const { services, driver } = input;
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
    collect: collectors(driver, input.containers()),
    redactText: services.redactor.redactText,
    now: services.clock.now,
  });
};

/**
 * What happens between a failure and its undo: evidence first (unless a signal was the reason: the user knows why),
 * then the on-failure hooks. Neither hides the first error: trouble in here is told as a note, and nothing is thrown.
 */
export const failureReporter =
  (input: Input) =>
  async (
    error: unknown,
    step: string,
    interruptedBy: 'SIGINT' | 'SIGTERM' | undefined,
    bound: AbortSignal,
  ): Promise<void> => {
    const { services } = input;
    const coded = toCodedError(error);
    const say = (text: string) => input.onProgress?.({ type: 'note', level: 'info', text });
    const because = (trouble: unknown) => (trouble instanceof Error ? trouble.message : String(trouble));
    if (!interruptedBy) {
      await capture(input, coded, step).then(
        (path) => say(`evidence: ${path}`),
        (trouble: unknown) => say(`evidence could not be written: ${because(trouble)}`),
      );
    }
    const { code, message, hint } = coded;
    const hookInput: OnFailureInput = {
      ...input.hookInput(),
      error: { code, message, ...(hint === undefined ? {} : { hint }) },
      step,
      ...(interruptedBy ? { interruptedBy } : {}),
    };
    try {
      const hooks = (await services.registry()).hooks('on-failure');
      const outcome = await runOnFailure(hooks, hookInput, hookOptions(services, bound));
      for (const secondary of outcome.errors) services.faults.note(secondary);
      for (const note of [...outcome.notes, ...outcome.errors.map((secondary) => secondary.message)]) say(note);
    } catch (trouble) {
      say(`the plugins could not be told of it: ${because(trouble)}`);
    }
  };

const tail = async (driver: Driver, id: string, signal: AbortSignal): Promise<string> => {
  const lines: string[] = [];
  for await (const line of driver.logs(id, { tail: 200, follow: false, timestamps: true, signal }))
    lines.push(`${line.time ?? ''} ${line.text}`);
  return lines.join('\n');
};
