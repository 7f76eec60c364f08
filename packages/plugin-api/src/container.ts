import type { JsonObject } from './json.ts';

export type Labels = Record<string, string>;

export interface Device {
  pathOnHost: string;
  pathInContainer: string;
  permissions: string;
}

export interface DeviceRequest {
  driver: string;
  /** -1 is all, 0 leaves it to `deviceIds`. */
  count: number;
  deviceIds: string[];
  capabilities: string[][];
}

export type Mount =
  | { type: 'volume'; source: string; target: string; readOnly: boolean }
  | { type: 'tmpfs'; target: string; sizeBytes?: number; mode?: number; uid?: number; gid?: number; exec?: boolean };

export interface ContainerSpec {
  name: string;
  labels: Labels;
  /** Image id (`sha256:…`) or reference. */
  image: string;
  entrypoint?: string[];
  command: string[];
  env: Record<string, string>;
  /** `uid:gid`; absent is the image's. */
  user?: string;
  workingDir?: string;
  hostname?: string;
  /** Ids; the first is given at create, the rest are connected before start. `host` and `none` stand alone. */
  networks: { network: string; aliases: string[]; ipv4?: string }[];
  extraHosts: Record<string, string>;
  mounts: Mount[];
  devices: Device[];
  deviceRequests: DeviceRequest[];
  runtime?: string;
  groups: number[];
  capDrop: string[];
  capAdd: string[];
  securityOpt: string[];
  sysctls: Record<string, string>;
  readOnlyRoot: boolean;
  init: boolean;
  limits: { memoryBytes: number; pids: number; cpus?: number; nofile?: number };
  restartPolicy: 'no' | 'unless-stopped';
  /** Published on 127.0.0.1 only; `hostPort` 0 lets the engine choose. */
  ports: { containerPort: number; hostPort: number }[];
  tty: boolean;
  openStdin: boolean;
  logMaxBytes: number;
  /**
   * What was altered by hand on the container that this one replaces, in the engine's own words; only `Driver.clonePlan`
   * writes it, and it goes over what the fields above say; variables, labels and ports of `config` stand beside theirs.
   * `endpoints` is by network as in `networks`.
   */
  carried?: { host: JsonObject; config?: JsonObject; endpoints: Record<string, JsonObject> };
}

export type ContainerPhase = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

export interface ContainerState {
  /** 64 hex digits. */
  id: string;
  name: string;
  labels: Labels;
  imageId: string;
  phase: ContainerPhase;
  pid: number;
  exitCode: number;
  /** The engine's `State.Error`. */
  error: string;
  oomKilled: boolean;
  startedAt: string;
  finishedAt: string;
  restartCount: number;
  restartPolicy: string;
  /** Per network id: name and address. */
  networks: { id: string; name: string; ipv4: string; aliases: string[] }[];
  /** Container port → port on 127.0.0.1. */
  ports: Record<number, number>;
  networkMode: string;
  mounts: { type: string; name: string; target: string; readOnly: boolean }[];
}
