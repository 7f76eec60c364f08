import type { ProbeLayer, ProbeStatus } from '@nemoclaw/plugin-api';

/** All that the bridge probe can say. Closed: a new outcome is a new major of this plugin. */
export const BRIDGE_CODES = [
  'ok',
  'tcp_failed',
  'bound_to_loopback',
  'network_not_found',
  'probe_unavailable',
  'probe_timeout',
  'veth_unsupported',
  'engine_unreachable',
] as const;
export type BridgeCode = (typeof BRIDGE_CODES)[number];

/** `fail` only where something was proved to be wrong; a probe that could not look warns and blames nobody. */
export const BRIDGE_OUTCOMES: Record<BridgeCode, { status: ProbeStatus; layer: ProbeLayer }> = {
  ok: { status: 'ok', layer: 'tcp' },
  tcp_failed: { status: 'fail', layer: 'tcp' },
  bound_to_loopback: { status: 'fail', layer: 'tcp' },
  network_not_found: { status: 'fail', layer: 'engine' },
  probe_unavailable: { status: 'warn', layer: 'engine' },
  probe_timeout: { status: 'warn', layer: 'engine' },
  veth_unsupported: { status: 'fail', layer: 'engine' },
  engine_unreachable: { status: 'fail', layer: 'engine' },
};

/** What decides an endpoint; all others concern the whole run. */
export type EndpointCode = Extract<BridgeCode, 'ok' | 'tcp_failed' | 'bound_to_loopback' | 'probe_unavailable'>;

const SEVERITY: Record<EndpointCode, number> = { ok: 0, probe_unavailable: 1, bound_to_loopback: 2, tcp_failed: 3 };

/** The overall answer is that of the endpoint that is worst off. */
export function worst(codes: readonly EndpointCode[]): EndpointCode {
  return codes.reduce<EndpointCode>((a, b) => (SEVERITY[b] > SEVERITY[a] ? b : a), 'ok');
}
