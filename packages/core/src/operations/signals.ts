import type { Interruption } from './types.ts';

/** The part of `process` that is needed. */
export interface SignalSource {
  on(signal: Interruption, listener: () => void): unknown;
  off(signal: Interruption, listener: () => void): unknown;
}

export const withSignals = async <T>(_source: SignalSource, _run: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  throw new Error('not written yet');
};

export const interruptionOf = (_signal: AbortSignal | undefined): Interruption | undefined => undefined;
