import { CodedError, isCodedError, type JsonObject } from '@nemoclaw/plugin-api';
import { CATALOGUE, catalogueRow, type ErrorCode } from './catalogue.ts';
import type { Audience, ExitCode } from './row.ts';

export interface CodedErrorInput {
  message?: string;
  hint?: string;
  details?: JsonObject;
  cause?: unknown;
  /** `name@version`. */
  plugin?: string;
}

/** What a person and `--json` are told of an error. */
export interface ErrorDescription {
  code: string;
  audience: Audience;
  exit: ExitCode;
  message: string;
  hint?: string;
  plugin?: string;
  /** Absent for a code of a plugin's own. */
  doc?: string;
}

/** `<key>` becomes the detail of that name; one that is not there stays, and reads as a placeholder. */
const fill = (text: string, details: JsonObject | undefined): string =>
  text.replace(/<([a-zA-Z]+)>/g, (placeholder, key: string) => {
    const value = details && Object.hasOwn(details, key) ? details[key] : undefined;
    return typeof value === 'string' || typeof value === 'number' ? String(value) : placeholder;
  });

/** A CodedError with the message and hint of its row where none are given. */
export const codedError = (code: ErrorCode, input: CodedErrorInput = {}): CodedError => {
  const row = CATALOGUE[code];
  const error = new CodedError(code, {
    message: input.message ?? fill(row.message, input.details),
    hint: input.hint ?? fill(row.hint, input.details),
    ...(input.details === undefined ? {} : { details: input.details }),
    ...(input.cause === undefined ? {} : { cause: input.cause }),
  });
  if (input.plugin !== undefined) error.plugin = input.plugin;
  return error;
};

const systemCode = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
};

/**
 * The same object when it is coded already. A full disk and an abort are recognised wherever they come from; all else
 * is INTERNAL_ERROR, since nobody foresaw it.
 */
export const toCodedError = (error: unknown): CodedError => {
  if (isCodedError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = systemCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return codedError('DISK_FULL', { message: `The disk is full: ${message}`, cause: error });
  if (error instanceof Error && error.name === 'AbortError') return codedError('INTERRUPTED', { cause: error });
  return codedError('INTERNAL_ERROR', { message: `Unexpected: ${message}`, cause: error });
};

/** Everything that is shown of an error, with the row's hint when it has none of its own. */
export const describeError = (error: unknown): ErrorDescription => {
  const coded = toCodedError(error);
  const row = catalogueRow(coded.code);
  const hint = coded.hint ?? (row && fill(row.hint, coded.details));
  return {
    code: coded.code,
    audience: row?.audience ?? 'plugin',
    exit: row?.exit ?? 1,
    message: coded.message,
    ...(hint === undefined ? {} : { hint }),
    ...(coded.plugin === undefined ? {} : { plugin: coded.plugin }),
    ...(row === undefined ? {} : { doc: row.doc }),
  };
};

/** 0 is never among them. */
export const exitCodeFor = (error: unknown): ExitCode => describeError(error).exit;

/** Shows the commands in a hint under the name of the program that was called. */
export const forProgram = (text: string, program: string): string => text.replaceAll('`nemoclaw ', `\`${program} `);
