import { CodedError, type JsonObject } from '@nemoclaw/plugin-api';
import { toCodedError } from '../errors/index.ts';
import type { OperationShape, UndoOutcome } from './types.ts';

const recoverLine = (operation: OperationShape, undo: UndoOutcome, committed: boolean): string | undefined => {
  const command = `\`nemoclaw ${operation.sandbox} recover\``;
  if (undo === 'incomplete') return `Not all that was begun could be taken back: run ${command}.`;
  if (committed) return `It is past its commit point and will not be taken back: ${command} does the rest.`;
  return undefined;
};

/** The first error itself, with what became of the rest in its details and, where something is left to do, its hint. */
export const operationError = (input: {
  operation: OperationShape;
  error: unknown;
  step: string;
  undo: UndoOutcome;
  committed: boolean;
  undoFailures: string[];
  details?: JsonObject | undefined;
}): CodedError => {
  const first = toCodedError(input.error);
  const line = recoverLine(input.operation, input.undo, input.committed);
  const hint = [first.hint, line].filter((part) => part !== undefined).join('\n');
  const error = new CodedError(first.code, {
    message: first.message,
    ...(hint === '' ? {} : { hint }),
    details: {
      ...first.details,
      ...input.details,
      operation: input.operation.name,
      step: input.step,
      undo: input.undo,
      ...(input.undoFailures.length > 0 ? { undoFailures: input.undoFailures } : {}),
    },
    cause: input.error,
  });
  error.plugin = first.plugin;
  return error;
};
