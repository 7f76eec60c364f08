import { expect, it } from 'vitest';
import { exitCodeOf } from './exit-codes.ts';

it.each([
  ['USAGE', 2],
  ['UNKNOWN_COMMAND', 2],
  ['NAME_IS_COMMAND', 2],
  ['BUSY', 75],
  ['ENGINE_NOT_RUNNING', 1],
  ['CHECKS_FAILED', 1],
  ['INTERRUPTED', 130],
  ['A_CODE_OF_A_PLUGIN', 1],
])('%s → %i', (code, expected) => {
  expect(exitCodeOf(code)).toBe(expected);
});
