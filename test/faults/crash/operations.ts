import type { Sweep } from './sweep.ts';

/** Every operation from a plain beginning, for what strikes and lets the program live. */
export const OPERATIONS: Sweep[] = [
  { operation: 'onboard', verb: 'onboard', start: 'none' },
  { operation: 'gpu set', verb: 'gpu set', start: 'healthy' },
  { operation: 'gateway restart', verb: 'gateway restart', start: 'healthy', execs: true },
  { operation: 'recover', verb: 'recover', start: 'healthy', execs: true },
  { operation: 'destroy', verb: 'destroy', start: 'healthy' },
];
