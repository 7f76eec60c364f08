import type { Milliseconds, ProbeContext } from '@nemoclaw/plugin-api';

export interface Settings {
  attempts: number;
  /** Between two attempts. */
  intervalMs: Milliseconds;
  /** Name, TCP and TLS together. */
  connectMs: Milliseconds;
  /** One attempt in all. */
  totalMs: Milliseconds;
}

export const settings = (env: ProbeContext['env']): Settings => ({
  attempts: positive(env.NEMOCLAW_INFERENCE_ATTEMPTS, 3),
  intervalMs: positive(env.NEMOCLAW_INFERENCE_INTERVAL_MS, 2_000),
  connectMs: positive(env.NEMOCLAW_INFERENCE_CONNECT_MS, 5_000),
  totalMs: positive(env.NEMOCLAW_INFERENCE_TOTAL_MS, 10_000),
});

const positive = (text: string | undefined, fallback: number): number =>
  text !== undefined && /^[1-9]\d{0,6}$/.test(text) ? Number(text) : fallback;
