import { catalogueRow } from '@nemoclaw/core/errors';

/** 128 + n, as shells say it of a program that a signal ended. */
export const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143 } as const;

const FAILED = 1;

/**
 * 1 failed, 2 usage, 75 busy, as the catalogue says; a code of a plugin's own is a failure. Which signal interrupted is
 * known before; what is left is Ctrl+C in a question.
 */
export function exitCodeOf(code: string): number {
  if (code === 'INTERRUPTED') return SIGNAL_EXIT.SIGINT;
  return catalogueRow(code)?.exit ?? FAILED;
}
