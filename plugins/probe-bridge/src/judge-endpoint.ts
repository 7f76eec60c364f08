import type { DialOutcome } from './dial-program.ts';
import type { EndpointCode } from './outcome.ts';

/** What a connection from the host itself gave; `not_asked` where the host's view says nothing (an engine in a VM). */
export type Reach = 'open' | 'refused' | 'timeout' | 'error' | 'not_asked';

/** The same port seen by the host: on its loopback, and on the address that the container dialled. */
export interface HostView {
  loopback: Reach;
  gateway: Reach;
}

export type Cause =
  | 'reached'
  | 'name_unresolved'
  | 'filtered'
  | 'rejected'
  | 'loopback_only'
  | 'nothing_listens'
  | 'not_dialled';

export interface Verdict {
  code: EndpointCode;
  cause: Cause;
}

/**
 * Pure. A silent drop, or an ICMP refusal, is a firewall whatever the host sees. A plain refusal is told apart by the
 * host's own view: it reaches the very address → a firewall that answers for the server; it reaches only its loopback →
 * the server is bound there, and no firewall rule helps; it reaches neither → nothing listens.
 */
export function judgeEndpoint(dial: DialOutcome, host: HostView): Verdict {
  switch (dial) {
    case 'connected':
      return { code: 'ok', cause: 'reached' };
    case 'unresolved':
      return { code: 'probe_unavailable', cause: 'name_unresolved' };
    case 'error':
      return { code: 'probe_unavailable', cause: 'not_dialled' };
    case 'timeout':
      return { code: 'tcp_failed', cause: 'filtered' };
    case 'unreachable':
      return { code: 'tcp_failed', cause: 'rejected' };
    case 'refused':
      if (host.gateway === 'open') return { code: 'tcp_failed', cause: 'rejected' };
      if (host.loopback === 'open') return { code: 'bound_to_loopback', cause: 'loopback_only' };
      return { code: 'tcp_failed', cause: 'nothing_listens' };
  }
}
