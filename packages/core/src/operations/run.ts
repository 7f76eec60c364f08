import type { JsonObject } from '@nemoclaw/plugin-api';
import type { Operation, OperationJournal, OperationOutcome, RunOptions } from './types.ts';

export const runOperation = async <D extends JsonObject>(
  _operation: Operation<D>,
  _options: RunOptions,
): Promise<OperationOutcome> => {
  throw new Error('not written yet');
};

export const resumeOperation = async <D extends JsonObject>(
  _operation: Operation<D>,
  _journal: OperationJournal,
  _options: RunOptions,
): Promise<OperationOutcome & { direction: 'forward' | 'back' }> => {
  throw new Error('not written yet');
};
