import { expect, it } from 'vitest';
import { softRestartOf } from './restart-signal.ts';

it.each([
  ['2026.9.6', 'SIGUSR2'],
  ['2026.10.1', 'SIGUSR2'],
  ['2027.1.0', 'SIGUSR2'],
  ['2026.8.31', undefined],
  ['2025.12.1', undefined],
  ['not a version', undefined],
])('%s restarts inside its process by %s', (version, signal) => expect(softRestartOf(version)?.signal).toBe(signal));
