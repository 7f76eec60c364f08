import type { CodedError } from '@nemoclaw/plugin-api';
import type { Repair } from './look.ts';

export type Part = 'agent' | 'relay';

export interface SecondTry {
  part: Part;
  because: string;
}

/** Refusals over sealed files; those are written anew with a container that is made anew. */
const SEALED = new Set(['RESTART_CONFIG_HASH_MISMATCH', 'RESTART_UNSAFE_CONFIG_PATH', 'RESTART_SECRET_BOUNDARY']);

/** What another container may not have: what was altered by hand, a broken layer, a network or mount that is gone. */
const OF_THE_CONTAINER = new Set([
  'ENGINE_ERROR',
  'ENGINE_NOT_FOUND',
  'ENGINE_CONFLICT',
  'PORT_TAKEN',
  'SUPERVISOR_UNREACHABLE',
]);

/** Ends of a start that other sealed files, or another container on the same state, may not come to. */
const ENDED = new Set<unknown>(['config_refused', 'exited', 'gone']);

/**
 * Pure: a part that is there and can't be brought back as it is, is made anew, once: containers hold nothing that is not
 * in a volume or in the record. What else had to be made was made before, or is seen to be gone. `undefined` where that
 * would not help, or has been done.
 */
export const anewInstead = (error: CodedError, repair: Repair, tried: readonly Part[]): SecondTry | undefined => {
  const { code, message, details = {} } = error;
  const step = String(details.step ?? '');
  const may = (part: Part): boolean => !repair[part] && !tried.includes(part);
  if (step === 'wake' && SEALED.has(code) && may('agent'))
    return { part: 'agent', because: `found sealed files that are not as they were written (${message})` };
  // What takes its place is of an image that this program built.
  if (code === 'SUPERVISOR_OUTDATED') {
    const part = step === 'start-relay' ? 'relay' : 'agent';
    return may(part) ? { part, because: `found a container of another version (${message})` } : undefined;
  }
  if (step === 'start-relay' && OF_THE_CONTAINER.has(code) && may('relay'))
    return { part: 'relay', because: `found a relay that does not start (${message})` };
  const unstartable = OF_THE_CONTAINER.has(code) || (code === 'GATEWAY_START_FAILED' && ENDED.has(details.end));
  if (step === 'start' && unstartable && may('agent'))
    return { part: 'agent', because: `found a container that does not start (${message})` };
  return undefined;
};
