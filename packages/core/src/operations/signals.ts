import type { CodedError } from '@nemoclaw/plugin-api';
import { codedError } from '../errors/index.ts';
import type { Interruption } from './types.ts';

/** Which signal aborted it, when the reason says so (`{ signal: 'SIGINT' }`, as the CLI gives it). */
export const interruptionOf = (signal: AbortSignal | undefined): Interruption | undefined => {
  const reason: unknown = signal?.reason;
  const name = typeof reason === 'object' && reason !== null && 'signal' in reason ? reason.signal : undefined;
  return name === 'SIGINT' || name === 'SIGTERM' ? name : undefined;
};

/** INTERRUPTED with the signal's name; `what` is a sentence's subject. */
export const interrupted = (what: string, signal: AbortSignal | undefined, cause?: unknown): CodedError => {
  const by = interruptionOf(signal);
  return codedError('INTERRUPTED', {
    message: `${what} was interrupted${by ? ` by ${by}` : ''}.`,
    ...(by ? { details: { signal: by } } : {}),
    ...(cause === undefined ? {} : { cause }),
  });
};
