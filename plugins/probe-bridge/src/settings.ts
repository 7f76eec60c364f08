import type { Milliseconds, ProbeContext } from '@nemoclaw/plugin-api';

export interface Settings {
  /** Bound of one TCP connection, and of one name. */
  connectMs: Milliseconds;
  /** Bound of the helper container, its start included. */
  helperMs: Milliseconds;
}

export const settings = (env: ProbeContext['env']): Settings => ({
  connectMs: milliseconds(env.NEMOCLAW_BRIDGE_CONNECT_MS, 5_000),
  helperMs: milliseconds(env.NEMOCLAW_BRIDGE_TIMEOUT_MS, 30_000),
});

const milliseconds = (text: string | undefined, fallback: Milliseconds): Milliseconds =>
  text !== undefined && /^[1-9]\d{0,6}$/.test(text) ? Number(text) : fallback;
