import type { CodedError, GpuBid, GpuProof, ProbeResult, ProcessIdentity } from '@nemoclaw/plugin-api';
import type { RelayStatus } from '@nemoclaw/relay/protocol';
import type { RestartResult, SupervisorStatus } from '@nemoclaw/supervisor/protocol';
import type { PluginStore } from '../plugin-store/index.ts';
import type { OnProgress } from './events.ts';
import type { OwnershipStatus, SandboxEvent, SandboxRecord } from './records.ts';

export interface CallOptions {
  signal?: AbortSignal;
  onProgress?: OnProgress;
}

export interface OnboardInput {
  name: string;
  agent: string;
  /** A provider id or `auto`. */
  provider: string;
  model?: string;
  endpoint?: string;
  /** The credential itself, already read from an env variable or stdin by the caller. */
  credential?: string;
  gpu: string;
  /** CDI names or indexes; absent leaves the choice to the strategy. */
  gpuDevices?: string[];
  profile: string;
  /** `auto`, `separate` or `shared`. */
  isolation: string;
  smoke: boolean;
  forward: boolean;
  ingressPort?: number;
  dryRun: boolean;
}

export interface OnboardPlan {
  sandbox: string;
  agent: { id: string; version: string; plugin: string };
  provider: { id: string; endpoint: string; model: string; contextTokens: number; why: string };
  profile: { id: string; why: string };
  isolation: { mode: 'shared' | 'separate'; why: string };
  gpu: { bids: GpuBid[]; chosen: string | null; reason: string };
  steps: { id: string; title: string }[];
  /** Field of the create plan → plugin that set it. */
  provenance: Record<string, string>;
}

export interface OnboardResult {
  plan: OnboardPlan;
  /** Absent for a dry run. */
  record?: SandboxRecord;
  answer?: string;
  warnings: string[];
  /** Step id → ms. */
  timings: Record<string, number>;
}

export type Liveness = 'running' | 'stopped' | 'missing' | 'conflict' | 'unknown';

/** The model's context as it is now, and what the agent's profile fills of it; or why it can't be known. */
export type ModelNow = { contextTokens: number; neededTokens: number } | { unknown: string };

export interface StatusResult {
  record: SandboxRecord;
  /** A pending operation found in the journal. */
  pending?: { operation: string; step: string; startedAt: string };
  /** There when it is not ready, by the journals and the last look at the engine; with `live`, by the one just now. */
  condition?: { status: OwnershipStatus; reason: string; ids: string[]; at: string };
  /** What is still so, or was when the engine was last looked at. */
  events?: SandboxEvent[];
  /** Only with `live`. */
  live?: {
    agent: { state: Liveness; containerId?: string };
    relay: { state: Liveness; containerId?: string; status?: RelayStatus };
    supervisor?: SupervisorStatus;
    /** What the provider gives now, as asked from this host. */
    model?: ModelNow;
    /** `ready` only when all of it was proved just now. */
    verdict: 'ready' | 'not_ready';
    reasons: string[];
  };
}

export interface RestartReport extends RestartResult {
  /** Round trip through ingress after the restart. */
  ingress: { url: string; status: number; elapsedMs: number };
  heldRequests: number;
}

export interface DestroyResult {
  removed: { containers: number; networks: number; volumes: number; files: boolean };
  notes: string[];
}

/** What a recover is told of a world that has changed; what is left out stays as it is recorded. */
export interface RecoverInput {
  /** Where the provider is now. */
  endpoint?: string;
  model?: string;
  /** The key itself. One that was given before goes to the origin that it was given for, and nowhere else. */
  credential?: string;
  forward?: boolean;
  ingressPort?: number;
  /** Goes on with an empty volume where the agent's state is gone; without it that is refused, STATE_MISSING. */
  acceptEmptyState?: boolean;
}

export interface RecoverResult {
  actions: string[];
  verdict: 'healthy' | 'removed' | 'nothing_to_do';
}

export interface DoctorResult {
  results: ProbeResult[];
  checks: { id: string; status: 'ok' | 'warn' | 'fail'; summary: string; remedy: string[] }[];
}

export type PluginDiagnosis = 'ok' | 'incompatible' | 'invalid' | 'conflict' | 'disabled' | 'tampered';

/** What a plugin did wrong when it was used or tried. */
export interface PluginFault {
  /** Row of the error catalogue. */
  code: string;
  /** Says plugin, call and likely cause. */
  message: string;
  fix: string;
  /** When it was used and failed; absent for what `plugins doctor` found by trying. */
  at?: string;
}

export interface PluginReport {
  name: string;
  version: string;
  source: 'built-in' | 'installed' | 'linked';
  api: string;
  /** Of the package as a whole; its contributions and hooks are used only when it is `ok`. */
  diagnosis: PluginDiagnosis;
  reason?: string;
  fix?: string;
  contributions: {
    kind: string;
    id: string;
    diagnosis: PluginDiagnosis;
    reason?: string;
    fix?: string;
  }[];
  hooks: { name: string; order: number; timeoutMs: number }[];
  /** Commands that it ships, as a user says them; absent for what is built in. */
  commands?: string[];
  /** Only from `pluginsDoctor`. */
  faults?: PluginFault[];
}

export interface DebugResult {
  /** The bundle, tar.gz. */
  file: string;
  bytes: number;
  /** How many are in it. */
  files: number;
  /** What could not be had, and why. */
  missing: { file: string; why: string }[];
}

export interface ExecInput {
  argv: string[];
  as: 'tools' | 'gateway';
  tty: boolean;
  stdin: NodeJS.ReadableStream;
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
  size?: { columns: number; rows: number };
  onResize?: (apply: (size: { columns: number; rows: number }) => void) => void;
}

export interface GpuSetResult {
  /** False when there was nothing to do. */
  changed: boolean;
  /** Strategy that it had. */
  before: string | null;
  record: SandboxRecord;
  warnings: string[];
  notes: string[];
}

export interface UpgradeResult {
  /** False when image and relay are what this program and its plugins would make today. */
  changed: boolean;
  before: { version: string; image: string };
  after: { version: string; image: string };
  /** Whether its relay was made anew as well. */
  relay: boolean;
  record: SandboxRecord;
  warnings: string[];
  notes: string[];
}

export interface GpuProveResult {
  strategy: string;
  proof: GpuProof;
}

export interface GpuSetOptions extends CallOptions {
  /** CDI names or indexes; absent keeps those that the sandbox was made with. */
  devices?: string[];
}

export interface GpuExplanation {
  bids: GpuBid[];
  chosen: string | null;
  reason: string;
  /** `candidates`: ways that would be tried on this host, the best first; none where there is one only. */
  strategies: { id: string; title: string; text: string; candidates: string[] }[];
  sandbox?: { name: string; gpu: SandboxRecord['gpu']; candidate: string | null; proof?: GpuProof };
}

/** The whole program below the command line. Made by `createNemoclaw`; every method throws CodedError. */
export interface Nemoclaw {
  onboard(input: OnboardInput, options?: CallOptions): Promise<OnboardResult>;
  list(): Promise<{
    records: SandboxRecord[];
    unreadable: { name: string; error: CodedError }[];
    /** Of those that are not ready, by name. */
    conditions: Record<string, OwnershipStatus>;
  }>;
  status(name: string, options?: CallOptions & { live?: boolean }): Promise<StatusResult>;
  /** What was out of the ordinary with its containers, the latest first; works without an engine. */
  events(name: string): Promise<{ events: SandboxEvent[] }>;
  gatewayStatus(name: string, options?: CallOptions): Promise<SupervisorStatus>;
  gatewayRestart(
    name: string,
    options: CallOptions & { soft?: boolean; timeoutMs?: number; settleMs?: number },
  ): Promise<RestartReport>;
  recover(name: string, options?: CallOptions & RecoverInput): Promise<RecoverResult>;
  /** Replaces its container by one of the image that is made today; what the agent knows stays. */
  upgrade(name: string, options?: CallOptions): Promise<UpgradeResult>;
  destroy(name: string, options?: CallOptions): Promise<DestroyResult>;
  logs(
    name: string,
    options: CallOptions & { source: 'agent' | 'relay'; tail: number; follow: boolean },
  ): AsyncIterable<{ stream: string; text: string }>;
  /** Exit code of the remote program. */
  exec(name: string, input: ExecInput, options?: CallOptions): Promise<number>;
  chat(
    name: string,
    input: { turns: { role: 'user' | 'assistant' | 'system'; content: string }[]; onText?: (text: string) => void },
    options?: CallOptions,
  ): Promise<{ text: string; finishReason: string; elapsedMs: number }>;
  /** With `tools`, also proves as whom the agent's own command tool runs, and writes that into the record. */
  doctor(name: string | undefined, options?: CallOptions & { tools?: boolean }): Promise<DoctorResult>;
  /** Packs what helps to find out what is wrong, redacted, into `output`; without a name, of all sandboxes. */
  debug(name: string | undefined, options: CallOptions & { output: string }): Promise<DebugResult>;
  gpuList(options?: CallOptions): Promise<{ bids: GpuBid[]; chosen: string | null; reason: string }>;
  /** `request`: a strategy's id, `auto` or `off`. The container is replaced, or all stays as it was. */
  gpuSet(name: string, request: string, options?: GpuSetOptions): Promise<GpuSetResult>;
  gpuProve(name: string, options?: CallOptions): Promise<GpuProveResult>;
  gpuExplain(name: string | undefined, options?: CallOptions): Promise<GpuExplanation>;
  agents(): Promise<
    {
      id: string;
      title: string;
      version: string;
      plugin: string;
      memoryBytes: number;
      profiles: { id: string; promptTokens: number }[];
      isolation: { mode: string; memoryBytes: number; note: string }[];
    }[]
  >;
  plugins(): Promise<PluginReport[]>;
  /** The same with the files of installed plugins checked, their modules tried, and what they did wrong before. */
  pluginsDoctor(): Promise<PluginReport[]>;
  /** Installs, links and removes other people's plugins. */
  pluginStore: PluginStore;
  /** Ends what watches over plugins; to be called once, when the command is over. Never rejects. */
  close(): Promise<void>;
}

export interface NemoclawOptions {
  /** `$NEMOCLAW_HOME`. */
  home: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Name of the program that the user called, for hints: `nemoclaw` or `nemohermes`. */
  program: string;
  version: string;
  /** Folders of built-in plugins' packages, resolved by the CLI from its generated index. */
  builtinPlugins: { name: string; root: string }[];
  /** Ids and aliases of the program's own commands, `gpu:list`: no plugin may bring one that begins like one of them. */
  commands?: readonly string[];
  /** One line that a plugin wrote, or that its code left behind after its call was over; `plugin` is `name@version`. */
  onPluginLine?: (plugin: string, text: string) => void;
}

export type { ProcessIdentity };
