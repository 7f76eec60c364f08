import { catalogueRow, forProgram, toCodedError } from '@nemoclaw/core/errors';
import { stripControl } from '@nemoclaw/core/text';
import type { EnvelopeError } from './envelope.ts';

/** What is said about an error, whoever threw it. */
export interface PresentedError extends EnvelopeError {
  /** Messages of the causes, outermost first; shown with `--verbose`. */
  causes: string[];
  /** Set where the thrower asked for an exit code without words (oclif's `exit()`). */
  silentExit?: number;
}

interface Shape {
  name?: string;
  message?: string;
  code?: unknown;
  oclif?: { exit?: number };
}

/** Errors of oclif and of prompts are told apart by shape: each library may be loaded twice. */
export function presentError(error: unknown, bin: string): PresentedError {
  const shape: Shape = error instanceof Error ? (error as Shape) : {};
  const message = stripControl(shape.message ?? '');
  if (shape.name === 'ExitPromptError') return { code: 'INTERRUPTED', message: 'Interrupted.', causes: [] };
  if (shape.code === 'EEXIT') return { code: 'EXIT', message, causes: [], silentExit: shape.oclif?.exit ?? 1 };
  if (shape.oclif !== undefined) return presentOclifError(shape, message, bin);

  const coded = toCodedError(error);
  const hint = coded.hint ?? catalogueRow(coded.code)?.hint;
  const unforeseen = coded !== error && coded.code === 'INTERNAL_ERROR' && error instanceof Error;
  return {
    code: coded.code,
    message: forProgram(stripControl(coded.message), bin),
    ...(hint === undefined ? {} : { hint: forProgram(stripControl(hint), bin) }),
    ...(coded.plugin === undefined ? {} : { plugin: coded.plugin }),
    ...(coded.details === undefined ? {} : { details: coded.details }),
    // A stack is of use where nobody foresaw the error, and only to who asks for it.
    causes: unforeseen && error.stack !== undefined ? [error.stack] : causesOf(coded.cause),
  };
}

/** Exit status that plugin-not-found ends with. */
const NOT_FOUND = 127;

function presentOclifError(shape: Shape, message: string, bin: string): PresentedError {
  if (shape.oclif?.exit === NOT_FOUND || /^Command .+ not found\.$/.test(message)) {
    return { code: 'UNKNOWN_COMMAND', message, hint: `\`${bin} help\` lists the commands.`, causes: [] };
  }
  const text = message.replace(/\nSee more help with --help$/, '');
  return { code: 'USAGE', message: text, hint: 'The same command with --help shows what it takes.', causes: [] };
}

function causesOf(cause: unknown): string[] {
  const messages: string[] = [];
  let current = cause;
  while (current !== undefined && current !== null && messages.length < 8) {
    messages.push(stripControl(current instanceof Error ? current.message : String(current)));
    current = current instanceof Error ? current.cause : undefined;
  }
  return messages;
}

/** Lines for stderr. */
export function renderError(error: PresentedError, verbose: boolean): string {
  const from = error.plugin === undefined ? '' : ` (${error.plugin})`;
  const lines = [`error ${error.code}${from}: ${error.message}`];
  if (error.hint !== undefined) lines.push(...error.hint.split('\n').map((line) => `  ${line}`));
  if (verbose) lines.push(...error.causes.map((cause) => `  caused by: ${cause}`));
  return `${lines.join('\n')}\n`;
}
