import type { HelperResult, HelperSpec } from './driver.ts';
import type { JsonObject, Milliseconds } from './json.ts';
import type { ProcessIdentity, RunAs } from './process-identity.ts';

export type ProbeWhen = 'preflight' | 'post-ready' | 'on-demand';
export type ProbeLayer = 'dns' | 'tcp' | 'tls' | 'http' | 'policy' | 'model' | 'tool' | 'engine';

/** `fail` stops what is under way; `warn` says something and goes on; `skipped` proved nothing and passes nothing that needs a proof. */
export type ProbeStatus = 'ok' | 'warn' | 'fail' | 'skipped';

export interface ProbeResult {
  probe: string;
  status: ProbeStatus;
  /** A member of the probe's own closed union, e.g. `bound_to_loopback`. */
  code: string;
  layer: ProbeLayer;
  /** Row of the error catalogue that a failure of it becomes; PROBE_FAILED without. */
  errorCode?: string;
  /** One line. */
  summary: string;
  /** Commands and explanations, one a line; first the one to try. */
  remedy: string[];
  evidence: JsonObject;
  elapsedMs: Milliseconds;
}

export interface AgentRunSpec {
  as: RunAs;
  /** First is an absolute path. */
  argv: string[];
  stdin?: string;
  timeoutMs: Milliseconds;
}

/**
 * Runs a program where the agent runs, through the supervisor's launcher: same namespaces, uid, groups and limits as
 * the gateway (or the tools). `identity` is of the program, `gateway` of the gateway process at that moment.
 */
export type RunInAgent = (spec: AgentRunSpec, signal?: AbortSignal) => Promise<AgentRunResult>;

export type AgentRunResult =
  | {
      outcome: 'exited';
      exitCode: number;
      stdout: string;
      stderr: string;
      identity: ProcessIdentity;
      gateway: { pid: number; netns: string } | undefined;
    }
  | { outcome: 'not_run'; reason: string; message: string }
  | { outcome: 'timed_out'; stdout: string; stderr: string };

export interface HostEndpoint {
  /** What it is for: `provider ollama`. */
  purpose: string;
  /** As containers will name it: `host.nemoclaw.internal` or an address. */
  host: string;
  port: number;
}

export interface ProbeContext {
  now(): Date;
  /** Monotonic. */
  elapsed(): Milliseconds;
  env: Readonly<Record<string, string | undefined>>;
  egress?: {
    networkId: string;
    networkName: string;
    subnet: string;
    gateway: string;
    extraHosts: Record<string, string>;
  };
  /** Endpoints on the host that the sandbox will need. */
  hostEndpoints: HostEndpoint[];
  /** Image with Node at `PATHS.node`. */
  helperImage?: string;
  /** Labels and a fresh name are added by the core. */
  runHelper?: (spec: Omit<HelperSpec, 'name' | 'labels' | 'image'>, signal?: AbortSignal) => Promise<HelperResult>;
  /** TCP connect from the host itself. */
  connectFromHost: (
    host: string,
    port: number,
    timeoutMs: Milliseconds,
  ) => Promise<'open' | 'refused' | 'timeout' | 'error'>;
  sandbox?: { id: string; name: string };
  runInAgent?: RunInAgent;
  sleep: (ms: Milliseconds, signal?: AbortSignal) => Promise<void>;
}

export interface ProbeContribution {
  kind: 'probe';
  id: string;
  title: string;
  when: ProbeWhen[];
  /** `true`, or why it does not apply. */
  applies(context: ProbeContext): true | string;
  run(context: ProbeContext, signal: AbortSignal): Promise<ProbeResult>;
}
