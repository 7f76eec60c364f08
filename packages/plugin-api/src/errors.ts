import type { JsonObject } from './json.ts';

export interface CodedErrorOptions {
  /** What is wrong, and where, in one sentence; no secret, no stack. */
  message: string;
  /** What to do next; commands where there are some. */
  hint?: string;
  /** Facts for evidence and `--json`; plain JSON. */
  details?: JsonObject;
  cause?: unknown;
}

/** An error that a user can act on. Its `code` is a row of the catalogue (docs/reference/errors.md) and never changes its meaning. */
export class CodedError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly details: JsonObject | undefined;
  /** `name@version` of the plugin that it came from; set by the core when it calls a plugin. */
  plugin: string | undefined;

  constructor(code: string, options: CodedErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CodedError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
  }
}

/** Recognises a CodedError by shape, since two copies of this package may be loaded at once. */
export function isCodedError(error: unknown): error is CodedError {
  return (
    error instanceof Error && typeof (error as { code?: unknown }).code === 'string' && error.name === 'CodedError'
  );
}
