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

/**
 * The process that runs the agent's commands in `separate` isolation: OpenClaw's node host, or an sshd on loopback. The
 * supervisor starts it through its launcher as uid `tools` when the gateway runs, and again whenever it ends. Tools can
 * read all of its command line and environment, so they hold no secret.
 */
export interface ToolsHost {
  /** First is an absolute path that must be a regular file owned by root. */
  command: string[];
  env: Record<string, string>;
  cwd: string;
  /** Loopback port that it listens on, where it does; it must be held by its own process tree before it counts as ready. */
  port?: number;
  /**
   * Program that is run as the gateway's uid and speaks for it, where being there is not being let in; it may read the
   * sealed files. `check` prints a ToolsCheck, `admit` a ToolsAdmission, as one line of JSON; `admit --anew` is asked
   * after a start that never became ready: what was admitted before no longer counts.
   */
  liaison?: { command: string[]; timeoutMs: Milliseconds };
  /** A line of its output that holds one of these texts means that it has given up: it is started anew at once. */
  givesUp?: string[];
  /** How long it may take to become ready; started anew after. */
  startTimeoutMs: Milliseconds;
}

export interface ToolsCheck {
  ready: boolean;
  /** For a person. */
  detail: string;
}

export interface ToolsAdmission {
  /** Added to the command for this start: a code that works once, or nothing when it is let in already. */
  args: string[];
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
  /** With `separate` isolation only. */
  tools?: ToolsHost;
}

export interface AgentConfigInput {
  sandbox: { id: string; name: string };
  model: AgentModel;
  profile: PromptProfile;
  /** Bearer token for ingress; made by the core. */
  token: string;
  isolation: IsolationMode['mode'];
}

export interface AgentConfigOutput {
  runtime: AgentRuntime;
  /** Sealed files, relative to `/etc/nemoclaw/agent`; owner root, group gateway, mode 0640, given by the core. */
  sealed: { path: string; content: string }[];
  /** Sealed files for the tools' process, relative to `/etc/nemoclaw/tools`; owner root, group tools, mode 0640. */
  sealedTools?: { path: string; content: string }[];
  /** Files and folders of the state volume (mounted at the gateway's home), written once when it is made. */
  initialState: FileEntry[];
  /** The same of the tools' volume, mounted at the tools' home: root's and sticky, so entries of root's stay as they are. */
  initialTools?: FileEntry[];
}

/** How much of the model's context the agent's own prompt takes. */
export interface PromptProfile {
  id: string;
  /** Tokens of the agent's own prompt, measured. */
  promptTokens: number;
  /** Tokens that an answer should have room for. */
  answerTokens: number;
}

/** `shared`: tools run as the gateway's uid. `separate`: as their own, through the agent's ToolsHost. */
export interface IsolationMode {
  mode: 'shared' | 'separate';
  /** What it costs beside the agent's own memory, measured. */
  memoryBytes: number;
  note: string;
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
  isolation: IsolationMode[];
  /** The model's tool that runs a shell command, for the proof of as whom it runs; absent leaves isolation `declared`. */
  commandTool?: { name: string /** Name of the argument that is the command. */; argument: string; fixed?: JsonObject };
  /**
   * Builds the agent on `input.base`, which has Node at `/opt/node`, the users of `IDS` and a CA for builds at
   * `/opt/build/ca.pem` in the stage named by `input.builder`. `tag` and `labels` of the result are set by the core.
   */
  image(input: { base: string; builder: string; architecture: string }): Omit<ImageRecipe, 'tag' | 'labels'>;
  configure(input: AgentConfigInput): AgentConfigOutput;
  /** One message in, the agent's answer out; CHAT_FAILED with status and body's first line otherwise. */
  chat(input: ChatInput, signal: AbortSignal): Promise<{ text: string; finishReason: string; usage?: JsonObject }>;
  /**
   * What its settings are to a reader of logs: names whose values are secret though they do not look so, and values that
   * stand where a secret would and are none.
   */
  secrets?: { keys: string[]; placeholders: string[] };
  /** A cheap request through ingress that proves a whole round trip without the model. */
  ping: { path: string; status: number };
}
