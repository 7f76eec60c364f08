import { type CodedError, isCodedError } from '@nemoclaw/plugin-api';
import { type EngineErrorCode, isBroken } from './errors.ts';

export const isCode = (error: unknown, code: EngineErrorCode): error is CodedError =>
  isCodedError(error) && error.code === code;

/** HTTP status that the engine answered with, of an error that `call` threw. */
export const statusOf = (error: unknown): number | undefined => {
  const status = isCodedError(error) ? error.details?.status : undefined;
  return typeof status === 'number' ? status : undefined;
};

/** True when nobody knows whether the engine did it: the connection broke, or the time ran out, before an answer was whole. */
export const isUnanswered = (error: unknown): boolean =>
  isCode(error, 'ENGINE_TIMEOUT') || (isCode(error, 'ENGINE_NOT_RUNNING') && isBroken(error.cause));

/** The engine's own words. */
export const engineMessageOf = (error: unknown): string => {
  const message = isCodedError(error) ? error.details?.engineMessage : undefined;
  return typeof message === 'string' && message !== '' ? message : String((error as Error)?.message ?? error);
};
