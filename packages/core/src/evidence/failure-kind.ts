import type { ContainerState } from '@nemoclaw/plugin-api';

/** In the order in which they are asked: the first that is true says the most. */
export const FAILURE_KINDS = [
  /** The container exited, died, ran out of memory or never started. */
  'container_failed',
  /** It runs and is in a phase, or its supervisor in a state, that leads nowhere by itself. */
  'phase_error',
  /** It runs and its supervisor does not answer. */
  'supervisor_unreachable',
  /** It runs as it should, and what it is for could not be proved. */
  'proof_failed',
  'unknown',
] as const;

export type FailureKind = (typeof FAILURE_KINDS)[number];

/** What was seen of the container that failed, by the time that evidence was taken. */
export interface FailureSight {
  /** Absent when there is none, or the engine did not say. */
  container?: Pick<ContainerState, 'phase' | 'exitCode' | 'error' | 'oomKilled'>;
  /** State of its supervisor; `silent` when it was asked and did not answer; absent when nobody asked. */
  supervisor?: string;
  step: string;
}

/** Steps whose only work is to prove something. */
const PROOFS: ReadonlySet<string> = new Set([
  'probes-preflight',
  'gpu',
  'inference',
  'ingress',
  'tools',
  'smoke',
  'post-ready',
]);
const STUCK: ReadonlySet<string> = new Set(['backoff', 'quarantined', 'config_refused']);

const containerFailed = ({ container }: FailureSight): boolean => {
  if (!container) return false;
  const { phase, error, oomKilled } = container;
  return oomKilled || phase === 'exited' || phase === 'dead' || (phase !== 'running' && error !== '');
};

const phaseError = ({ container, supervisor }: FailureSight): boolean =>
  container?.phase === 'paused' ||
  container?.phase === 'restarting' ||
  container?.phase === 'removing' ||
  STUCK.has(supervisor ?? '');

/** Pure. */
export const failureKind = (sight: FailureSight): FailureKind => {
  if (containerFailed(sight)) return 'container_failed';
  if (phaseError(sight)) return 'phase_error';
  if (sight.container?.phase === 'running' && sight.supervisor === 'silent') return 'supervisor_unreachable';
  return PROOFS.has(sight.step) ? 'proof_failed' : 'unknown';
};
