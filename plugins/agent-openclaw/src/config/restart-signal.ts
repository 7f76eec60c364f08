import type { AgentRuntime } from '@nemoclaw/plugin-api';

/**
 * OpenClaw's restart inside its process, by version: SIGUSR2 from 2026.9 on. Before that it listened to SIGUSR1, by which
 * a Node that has no handler for it yet opens its inspector: those versions are stopped and started.
 */
export const softRestartOf = (version: string): AgentRuntime['softRestart'] => {
  const [year = 0, month = 0] = version.split('.').map(Number);
  return year > 2026 || (year === 2026 && month >= 9) ? { signal: 'SIGUSR2', uptimeField: 'uptimeMs' } : undefined;
};
