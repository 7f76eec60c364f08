import { isCodedError } from '@nemoclaw/plugin-api';
import type { CallOptions } from '../api/nemoclaw.ts';
import { interrupted } from '../operations/signals.ts';
import type { Redactor } from '../redaction/index.ts';

const MAX_CAUSES = 8;

/** The same error, and those that caused it, without what must not be shown. What can't be changed stays (an AbortError's words are Node's own). */
export const redactError = (redactor: Redactor, error: unknown, depth = 0): unknown => {
  if (typeof error === 'string') return redactor.redactText(error);
  if (!(error instanceof Error) || depth > MAX_CAUSES) return error;
  const set = (key: string, value: unknown): void => void Reflect.set(error, key, value);
  set('message', redactor.redactText(error.message));
  if (error.stack !== undefined) set('stack', redactor.redactText(error.stack));
  if (error.cause !== undefined) set('cause', redactError(redactor, error.cause, depth + 1));
  if (isCodedError(error)) {
    if (error.hint !== undefined) set('hint', redactor.redactText(error.hint));
    if (error.details !== undefined) set('details', redactor.redactJson(error.details));
  }
  return error;
};

/** Whoever waits when a signal comes throws its reason, which is no error. */
const leaving = (error: unknown, signal: AbortSignal | undefined): unknown =>
  signal?.aborted && !isCodedError(error) ? interrupted('The command', signal, error) : error;

/**
 * Runs one call of the program's; its progress and its error leave through the redactor, and so does its result, which is
 * plain JSON, unless it is a `stream` of the agent's own words that the caller asked to see.
 */
export const shown = async <O extends CallOptions, T>(
  redactor: Redactor,
  options: O,
  work: (options: O) => Promise<T>,
  result: 'json' | 'stream' = 'json',
): Promise<T> => {
  const { onProgress } = options;
  try {
    const value = await work({
      ...options,
      ...(onProgress ? { onProgress: (event) => onProgress(redactor.redactJson(event)) } : {}),
    });
    return result === 'json' ? redactor.redactJson(value) : value;
  } catch (error) {
    throw redactError(redactor, leaving(error, options.signal));
  }
};
