import type { ProbeContext } from '@nemoclaw/plugin-api';

/** A context with a clock that only `sleep` moves, and a host on which nothing listens. */
export function probeContext(overrides: Partial<ProbeContext> = {}): ProbeContext {
  let elapsed = 0;
  return {
    now: () => new Date(Date.UTC(2030, 0, 1) + elapsed),
    elapsed: () => elapsed,
    sleep: async (ms) => {
      elapsed += ms;
    },
    env: {},
    hostEndpoints: [],
    connectFromHost: async () => 'refused',
    ...overrides,
  };
}

/** An egress network as the core describes one. */
export const EGRESS = {
  networkId: 'e'.repeat(64),
  networkName: 'nemoclaw-egress',
  subnet: '172.30.0.0/24',
  gateway: '172.30.0.1',
  extraHosts: { 'host.nemoclaw.internal': '172.30.0.1' },
} as const satisfies ProbeContext['egress'];
