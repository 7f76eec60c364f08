import type { CodedError } from '@nemoclaw/plugin-api';
import type { Repair } from './look.ts';

export interface SecondTry {
  anew: Partial<Repair>;
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
  'GATEWAY_START_FAILED',
]);

/**
 * Pure: a part that is there and can't be brought back as it is, is made anew, once: containers hold nothing that is not
 * in a volume or in the record. `undefined` where that would not help, or has been done.
 */
export const anewInstead = (error: CodedError, repair: Repair): SecondTry | undefined => {
  const { code, message } = error;
  const step = String(error.details?.step ?? '');
  if (step === 'wake' && SEALED.has(code) && !repair.agent)
    return {
      anew: { agent: true },
      because: `found sealed files that are not as they were written (${message})`,
    };
  if (step === 'start-relay' && OF_THE_CONTAINER.has(code) && !repair.relay)
    return {
      anew: { relay: true, forward: repair.forward },
      because: `found a relay that does not start (${message})`,
    };
  if (step === 'start' && OF_THE_CONTAINER.has(code) && !repair.agent)
    return { anew: { agent: true }, because: `found a container that does not start (${message})` };
  return undefined;
};
