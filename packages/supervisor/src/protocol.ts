import { type AgentRuntime, PATHS, type ProcessIdentity, type RunAs } from '@nemoclaw/plugin-api';

/** Changes when an old image can no longer be driven by a new CLI; the CLI then says "rebuild needed". */
export const SUPERVISOR_PROTOCOL = 1;

/** Command of the agent container, under docker-init as root; the lock on the state volume is taken by the supervisor itself. */
export const supervisorCommand = (): string[] => [PATHS.node, PATHS.supervisor, 'run'];

/**
 * Command for `exec` and `connect`, to be run as root in the agent container: becomes `argv` with uid, gid, groups and
 * environment of `as`, in the same process, so that terminal, signals and exit code are argv's own. 126 when refused.
 */
export const launchCommand = (input: { as: RunAs; cwd?: string }, argv: readonly string[]): string[] => [
  PATHS.node,
  PATHS.supervisor,
  'launch',
  '--as',
  input.as,
  ...(input.cwd === undefined ? [] : ['--cwd', input.cwd]),
  '--',
  ...argv,
];

/** File in the root of the state volume, root's own 0600; the volume's root is root:gateway 1770, so that it stays. */
export const STATE_LOCK_FILE = '.nemoclaw-lock';

/** The container's exit code when another generation holds the state volume's lock. */
export const EXIT_STATE_LOCKED = 75;
/** The container's exit code when there is no configuration that it could run by. */
export const EXIT_NO_CONFIG = 78;

/** Sealed file `/etc/nemoclaw/supervisor.json`, root 0400. */
export interface SupervisorConfig {
  version: 1;
  sandboxId: string;
  generation: string;
  runtime: AgentRuntime;
  /** Supplementary groups beside the workspace's, e.g. of GPU device nodes. */
  groups: number[];
  /** sha256 (hex) of each sealed agent file, by absolute path. */
  sealedHashes: Record<string, string>;
  /** The same of the files for the tools' process. */
  sealedToolsHashes?: Record<string, string>;
  /** Where the front door listens; 0.0.0.0 in the agent container. */
  frontDoorPort: number;
  /** Volume that holds the agent's state; the supervisor keeps an exclusive lock on it. */
  stateDir: string;
  /** How often a running gateway is asked whether it lives; 30,000 when absent. */
  healthEveryMs?: number;
}

export type SupervisorState =
  | 'starting'
  | 'running'
  | 'backoff'
  | 'quarantined'
  | 'config_refused'
  | 'restarting'
  | 'stopping';

export interface GatewayIdentity {
  pid: number;
  /** Field 22 of /proc/<pid>/stat, ticks since boot, as text. */
  startTime: string;
  /** Inode of the listening socket that was verified to be the gateway's. */
  listenerInode?: string;
}

/** `waiting`: for the gateway. `starting`: it runs and is not ready yet. `backoff`: it ended and is started again soon. */
export type ToolsState = 'waiting' | 'starting' | 'ready' | 'backoff';

export interface ToolsStatus {
  state: ToolsState;
  /** One line: why it is in that state. */
  reason: string;
  process?: { pid: number; startTime: string };
  restarts: number;
  /** When it was last seen ready, ms ago; absent when never. */
  readyMsAgo?: number;
  /** Last lines that it wrote, at most 20. */
  lastLines: string[];
}

export interface SupervisorStatus {
  protocol: number;
  sandboxId: string;
  generation: string;
  agent: string;
  agentVersion: string;
  state: SupervisorState;
  /** One line: why it is in that state. */
  reason: string;
  gateway?: GatewayIdentity & { netns: string; upMs: number };
  restarts: number;
  /** `atMs` since the epoch. */
  lastExit?: { code: number | null; signal: string | null; expected: boolean; atMs: number };
  /** When health was last seen good, ms ago; absent when never. */
  healthyMsAgo?: number;
  /** Last lines that the gateway wrote, at most 20. */
  lastLines: string[];
  /** The tools' process; absent where tools share the gateway's uid. */
  tools?: ToolsStatus;
  frontDoor: { port: number; passed: number; held: number; refused: number };
}

export type RestartFailure =
  | 'busy'
  | 'unsupported_agent'
  | 'unsafe_config_path'
  | 'config_hash_mismatch'
  | 'secret_boundary'
  | 'launch_failed'
  | 'health_timeout';

export interface RestartResult {
  before?: GatewayIdentity;
  after: GatewayIdentity;
  /** `stop-start` or `soft`. */
  method: 'stop-start' | 'soft';
  stopMs: number;
  startMs: number;
  settledMs: number;
  /** Whether it had to be killed after its drain budget. */
  killed: boolean;
}

export interface RunRequest {
  as: RunAs;
  argv: string[];
  stdin?: string;
  timeoutMs: number;
}

export type RunReply =
  | {
      outcome: 'exited';
      exitCode: number;
      stdout: string;
      stderr: string;
      identity: ProcessIdentity;
      gateway?: { pid: number; netns: string };
    }
  | { outcome: 'timed_out'; stdout: string; stderr: string }
  | { outcome: 'not_run'; reason: string; message: string };

/** A process that was seen from outside, with the ids that the kernel gives it. */
export interface SeenProcess {
  pid: number;
  startTime: string;
  uid: number;
  gid: number;
  groups: number[];
  /** Whether it runs below the tools' process. */
  belowToolsHost: boolean;
}

export interface SupervisorOps {
  status: { args: Record<string, never>; result: SupervisorStatus };
  /** Waits for `started`, then the settle window. */
  restart: { args: { soft: boolean; timeoutMs: number; settleMs: number; drainMs?: number }; result: RestartResult };
  /** Ends quarantine and starts the gateway. */
  recover: { args: { timeoutMs: number; settleMs: number }; result: RestartResult };
  run: { args: RunRequest; result: RunReply };
  /** Every process that has `marker` in its arguments, until those seen are gone; none after `timeoutMs` is an empty list. */
  observe: { args: { marker: string; timeoutMs: number }; result: { seen: SeenProcess[] } };
}
export type SupervisorOp = keyof SupervisorOps;

/**
 * One request a connection on the unix socket, one line of JSON each way. The answer repeats the nonce (32 bytes, hex).
 * From the host: `exec` as root of `node /opt/nemoclaw/supervisor.mjs control`, the request on stdin, the answer on stdout.
 */
export interface ControlRequest<O extends SupervisorOp = SupervisorOp> {
  protocol: number;
  nonce: string;
  op: O;
  args: SupervisorOps[O]['args'];
}
export type ControlReply<O extends SupervisorOp = SupervisorOp> =
  | { protocol: number; nonce: string; ok: true; result: SupervisorOps[O]['result'] }
  | {
      protocol: number;
      nonce: string;
      ok: false;
      error: { code: RestartFailure | 'protocol_mismatch' | 'bad_request' | 'internal'; message: string };
    };

export { FRONT_DOOR_PASS } from '@nemoclaw/plugin-api';
