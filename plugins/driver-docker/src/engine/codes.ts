import { type CodedError, isCodedError } from '@nemoclaw/plugin-api';
import type { EngineErrorCode } from './errors.ts';

export const isCode = (error: unknown, code: EngineErrorCode): error is CodedError =>
  isCodedError(error) && error.code === code;

/** HTTP status that the engine answered with, of an error that `call` threw. */
export const statusOf = (error: unknown): number | undefined => {
  const status = isCodedError(error) ? error.details?.status : undefined;
  return typeof status === 'number' ? status : undefined;
};

/** The engine's own words. */
export const engineMessageOf = (error: unknown): string => {
  const message = isCodedError(error) ? error.details?.engineMessage : undefined;
  return typeof message === 'string' && message !== '' ? message : String((error as Error)?.message ?? error);
};
