import type { JsonObject } from '@nemoclaw/plugin-api';
import type { StateStore } from '../state/store.ts';

export interface Collector {
  /** Becomes the file's name. */
  name: string;
  run(signal: AbortSignal): Promise<string | JsonObject>;
}

export interface CaptureInput {
  store: Pick<StateStore, 'paths'>;
  name: string;
  operation: string;
  error: unknown;
  step: string;
  collect: Collector[];
  redactText: (text: string) => string;
  totalMs?: number;
  perCallMs?: number;
  now?: () => Date;
}

/** The folder's path. */
export const captureEvidence = async (_input: CaptureInput): Promise<string> => {
  throw new Error('not written yet');
};
