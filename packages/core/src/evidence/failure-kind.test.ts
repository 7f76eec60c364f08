import { expect, it } from 'vitest';
import { FAILURE_KINDS, type FailureKind, type FailureSight, failureKind } from './failure-kind.ts';

const container = (more: Partial<NonNullable<FailureSight['container']>> = {}) => ({
  phase: 'running' as const,
  exitCode: 0,
  error: '',
  oomKilled: false,
  ...more,
});

const CASES: [string, FailureKind, FailureSight][] = [
  ['an exited container', 'container_failed', { container: container({ phase: 'exited' }), step: 'start' }],
  [
    'one that ran out of memory and is up again',
    'container_failed',
    { container: container({ oomKilled: true }), step: 'start' },
  ],
  [
    'one that could not be started',
    'container_failed',
    { container: container({ phase: 'created', error: 'no device' }), step: 'start' },
  ],
  [
    'an exited one during a proof',
    'container_failed',
    { container: container({ phase: 'exited' }), supervisor: 'silent', step: 'gpu' },
  ],
  ['a paused one', 'phase_error', { container: container({ phase: 'paused' }), supervisor: 'silent', step: 'gpu' }],
  ['a gateway in quarantine', 'phase_error', { container: container(), supervisor: 'quarantined', step: 'start' }],
  [
    'a refused configuration during a proof',
    'phase_error',
    { container: container(), supervisor: 'config_refused', step: 'gpu' },
  ],
  [
    'a silent supervisor',
    'supervisor_unreachable',
    { container: container(), supervisor: 'silent', step: 'inference' },
  ],
  [
    'a proof in a healthy sandbox',
    'proof_failed',
    { container: container(), supervisor: 'running', step: 'inference' },
  ],
  ['a proof before any container', 'proof_failed', { step: 'probes-preflight' }],
  ['a create that was refused', 'unknown', { container: container({ phase: 'created' }), step: 'create' }],
  ['an engine that says nothing', 'unknown', { step: 'start' }],
];

it.each(CASES)('%s is %s', (_what, kind, sight) => {
  expect(failureKind(sight)).toBe(kind);
});

it('every kind has a case, and they stand in the order in which they are asked', () => {
  expect(new Set(CASES.map(([, kind]) => kind))).toEqual(new Set(FAILURE_KINDS));
  expect(CASES.map(([, kind]) => FAILURE_KINDS.indexOf(kind))).toEqual(
    CASES.map(([, kind]) => FAILURE_KINDS.indexOf(kind)).toSorted(),
  );
});
