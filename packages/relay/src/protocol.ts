/** Changes when an old image can no longer be driven by a new CLI. */
export const RELAY_PROTOCOL = 1;

/** `relay.json` in the relay's configuration volume; everything in that volume is the relay's uid, 0400. */
export interface RelayConfig {
  version: 1;
  sandboxId: string;
  inference: {
    port: number;
    /** Files beside relay.json. */
    certificateFile: string;
    keyFile: string;
    provider: {
      id: string;
      /** Base of the provider's API, e.g. `http://host.nemoclaw.internal:11434/v1`; the relay appends the path after `/v1`. */
      baseUrl: string;
      /** How the key travels; the key is in `keyFile`. */
      auth:
        | { kind: 'none' }
        | { kind: 'bearer'; keyFile: string }
        | { kind: 'header'; header: string; keyFile: string };
      /** Further fixed headers, e.g. `anthropic-version`. */
      headers: Record<string, string>;
      /** `METHOD path`, of the set that the protocol knows. */
      allowed: AllowedCall[];
      /** PEM of a private CA of the provider's, beside relay.json. */
      caFile?: string;
    };
    limits: {
      bodyBytes: number;
      concurrent: number;
      headersTimeoutMs: number;
      idleTimeoutMs: number;
      totalTimeoutMs: number;
    };
  };
  ingress: {
    port: number;
    /** `agent.nemoclaw.internal` and the front door's port. */
    target: { host: string; port: number };
    /** How long a request may wait for a gateway that is not there yet; `off` passes failures on (for tests). */
    holdMs: number | 'off';
    concurrent: number;
    bodyBytes: number;
  };
  egress: {
    port: number;
    /** Closed: nothing is let out; every attempt is answered 403 and counted. */
    mode: 'closed';
  };
  /** Subnets in CIDR: listeners for the agent bind to the address in the first, ingress to that in the second. */
  interfaces: { sandbox: string; egress: string };
}

export const CALLS = [
  'GET /v1/models',
  'POST /v1/chat/completions',
  'POST /v1/completions',
  'POST /v1/embeddings',
  'POST /v1/responses',
  'POST /v1/messages',
] as const;
export type AllowedCall = (typeof CALLS)[number];

export interface RelayStatus {
  protocol: number;
  sandboxId: string;
  upMs: number;
  certificate: { notAfter: string; subject: string };
  listeners: { inference: string; ingress: string; egress: string };
  /** `refused`: by policy or a bound of the relay's own. `active`: now; all else since the relay started. */
  inference: { requests: number; refused: number; upstreamErrors: number; active: number; lastStatus?: number };
  /** `held`: had to wait for longer than a moment (100 ms), `expired`: waited in vain. `active`: now, WebSockets included. */
  ingress: { requests: number; active: number; held: number; maxHeldMs: number; expired: number; lastHoldMs: number };
  /** `armed`: waits for its conversation. `answered`: by the self-test model since the relay started. */
  selfTest?: { armed: boolean; answered: number };
  /** `lastRefused`: at most 20 destinations, `host:port`, each once, the latest last. */
  egress: { refused: number; lastRefused: string[] };
}

/**
 * What the self-test model does for the one conversation that holds `marker`: asks for one call of `tool`, then says what
 * the tool gave back. It answers in place of the provider, a few times at most, and only until
 * `ttlMs` are over; whatever does not hold the marker goes to the provider as always.
 */
export interface SelfTestScript {
  /** 32 bytes, hex. */
  marker: string;
  tool: string;
  arguments: Record<string, unknown>;
  ttlMs: number;
}

/**
 * Like the supervisor's control: `node /opt/nemoclaw/relay.mjs control`, one line of JSON each way. `reload` reads
 * relay.json again; `selftest` arms the self-test model, in place of one armed before.
 */
export type RelayRequest =
  | { protocol: number; nonce: string; op: 'status' | 'reload' }
  | { protocol: number; nonce: string; op: 'selftest'; script: SelfTestScript };
export type RelayReply =
  | { protocol: number; nonce: string; ok: true; result: RelayStatus }
  | { protocol: number; nonce: string; ok: false; error: { code: string; message: string } };
