import type { ContainerSpec, Device, DeviceRequest, Labels, Mount } from './driver.ts';
import type { JsonObject } from './json.ts';
import type { ProbeResult } from './probe.ts';

export type HookName = 'pre-create' | 'post-ready' | 'on-failure';

/** What a plugin may change of a create plan. Anything else is refused, whoever asks. */
export interface PlanPatch {
  env?: Record<string, string>;
  /** Not under `ai.nemoclaw.`. */
  labels?: Labels;
  limits?: Partial<ContainerSpec['limits']>;
  devices?: Device[];
  deviceRequests?: DeviceRequest[];
  runtime?: string;
  /** Supplementary groups of the gateway's and the tools' processes, not only of the container's first one. */
  groups?: number[];
  /** Read-only volumes of the plugin's own. */
  mounts?: Mount[];
}

export interface HookInputBase {
  sandbox: { id: string; name: string };
  operation: string;
  agent: string;
}

export interface PreCreateInput extends HookInputBase {
  /** A frozen copy. */
  plan: ContainerSpec;
}
export type PreCreateOutput = { patch?: PlanPatch; veto?: { reason: string; hint?: string } } | undefined;

export interface PostReadyInput extends HookInputBase {
  containerId: string;
  /** What was proved before, by probe id. */
  results: ProbeResult[];
}
export interface Finding {
  level: 'ok' | 'warn' | 'fail';
  summary: string;
  evidence?: JsonObject;
  remedy?: string[];
}
export type PostReadyOutput = Finding[] | undefined;

export interface OnFailureInput extends HookInputBase {
  error: { code: string; message: string; hint?: string };
  step: string;
  /** `SIGINT` or `SIGTERM` when a signal was the reason. */
  interruptedBy?: 'SIGINT' | 'SIGTERM';
}
export type OnFailureOutput = { note?: string } | undefined;

export interface HookContext {
  /** Aborted when the time box ends or the user interrupts. */
  signal: AbortSignal;
  log(message: string): void;
  env: Readonly<Record<string, string | undefined>>;
}

export interface HookTypes {
  'pre-create': { input: PreCreateInput; output: PreCreateOutput };
  'post-ready': { input: PostReadyInput; output: PostReadyOutput };
  'on-failure': { input: OnFailureInput; output: OnFailureOutput };
}

/** The default export of a hook file named under `oclif.hooks` in a plugin's package.json. */
export type HookHandler<H extends HookName> = (
  input: HookTypes[H]['input'],
  context: HookContext,
) => HookTypes[H]['output'] | Promise<HookTypes[H]['output']>;
