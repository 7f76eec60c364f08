import type { FileEntry, ImageRecipe } from './driver.ts';
import type { JsonObject, Milliseconds } from './json.ts';

/** Model and route as the agent sees them; the provider's key is never part of it. */
export interface AgentModel {
  id: string;
  /** Tokens that the provider really gives. */
  contextTokens: number;
  /** `https://inference.local/v1`. */
  baseUrl: string;
}

/** One way to ask the agent whether it is well, on its gateway port over HTTP. */
export interface HealthPredicate {
  path: string;
  /** Status that means yes. */
  status: number;
  /** A top-level field of the JSON answer that must have this value. */
  field?: { name: string; equals: string | boolean | number };
}

export interface StopContract {
  signal: 'SIGTERM' | 'SIGINT' | 'SIGUSR1' | 'SIGUSR2';
  /** How long it may take to let running work end; KILL after. */
  drainMs: Milliseconds;
  /** Exit codes after `signal` that are no crash. */
  expectedExitCodes: number[];
}

/** Everything that the supervisor needs to run the gateway; plain JSON, goes into the sealed volume. */
export interface AgentRuntime {
  agent: string;
  version: string;
  /** First is an absolute path that must be a regular file owned by root. */
  command: string[];
  env: Record<string, string>;
  cwd: string;
  /** Loopback port that the gateway listens on. */
  gatewayPort: number;
  health: { live: HealthPredicate; started: HealthPredicate; ready?: HealthPredicate };
  stop: StopContract;
  /** The agent's own restart in the same process, where it has one. */
  softRestart?: { signal: 'SIGUSR1' | 'SIGUSR2'; uptimeField: string };
  /** Exit codes that mean "my configuration is refused": not retried. */
  configRefusedExitCodes: number[];
  /** How long a start may take before it counts as failed. */
  startTimeoutMs: Milliseconds;
}

export interface AgentConfigInput {
  sandbox: { id: string; name: string };
  model: AgentModel;
  profile: PromptProfile;
  /** Bearer token for ingress; made by the core. */
  token: string;
  isolation: 'shared' | 'separate';
}

export interface AgentConfigOutput {
  runtime: AgentRuntime;
  /** Sealed files, relative to `/etc/nemoclaw/agent`; owner root, group gateway, mode 0640, given by the core. */
  sealed: { path: string; content: string }[];
  /** Files and folders of the state volume (mounted at the gateway's home), written once when it is made. */
  initialState: FileEntry[];
}

/** How much of the model's context the agent's own prompt takes. */
export interface PromptProfile {
  id: string;
  /** Tokens of the agent's own prompt, measured. */
  promptTokens: number;
  /** Tokens that an answer should have room for. */
  answerTokens: number;
}

export interface ChatTurn {
  role: 'user' | 'assistant' | 'system';
  content: string;
}

export interface ChatInput {
  turns: ChatTurn[];
  token: string;
  /** `http://127.0.0.1:<port>`: the sandbox's ingress. */
  ingressUrl: string;
  /** Called with pieces of the answer as they come. */
  onText?: (text: string) => void;
}

export interface AgentContribution {
  kind: 'agent';
  id: string;
  title: string;
  /** The version that the recipe installs. */
  version: string;
  /** Memory that the container should have, bytes. */
  memoryBytes: number;
  /** Largest first. */
  profiles: PromptProfile[];
  /** Which tool isolation modes the agent supports, the default first, and what each costs. */
  isolation: { mode: 'shared' | 'separate'; memoryBytes: number; note: string }[];
  /**
   * Builds the agent on `input.base`, which has Node at `/opt/node`, the users of `IDS` and a CA for builds at
   * `/opt/build/ca.pem` in the stage named by `input.builder`. `tag` and `labels` of the result are set by the core.
   */
  image(input: { base: string; builder: string; architecture: string }): Omit<ImageRecipe, 'tag' | 'labels'>;
  configure(input: AgentConfigInput): AgentConfigOutput;
  /** One message in, the agent's answer out; CHAT_FAILED with status and body's first line otherwise. */
  chat(input: ChatInput, signal: AbortSignal): Promise<{ text: string; finishReason: string; usage?: JsonObject }>;
  /** A cheap request through ingress that proves a whole round trip without the model. */
  ping: { path: string; status: number };
}
