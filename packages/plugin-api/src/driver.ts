import type { ContainerSpec, ContainerState, Device, DeviceRequest, Labels, Mount } from './container.ts';
import type { JsonObject, Milliseconds } from './json.ts';
import type { ProcessIdentity } from './process-identity.ts';

export type * from './container.ts';

export interface EngineFacts {
  /** Version of the engine, e.g. `28.5.2`. */
  engineVersion: string;
  apiVersion: string;
  /** The engine's OperatingSystem line, e.g. `Docker Desktop`. */
  operatingSystem: string;
  kernelVersion: string;
  architecture: string;
  labels: string[];
  runtimes: string[];
  cdiSpecDirs: string[];
  /** Fully qualified CDI device names, e.g. `nvidia.com/gpu=0`. */
  cdiDevices: string[];
  rootDir: string;
  cgroupVersion: string;
  memoryBytes: number;
  cpus: number;
  rootless: boolean;
}

export interface NetworkSpec {
  name: string;
  labels: Labels;
  /**
   * `isolated`: internal, no address of the host on it, no IPv6: where agents live.
   * `egress`: a bridge to the outside with inter-container traffic off.
   */
  kind: 'isolated' | 'egress';
  /** CIDR ranges to try in order; the first that the engine accepts is used. */
  subnets: string[];
}

export interface NetworkState {
  id: string;
  name: string;
  subnet: string;
  gateway: string;
  labels: Labels;
  kind: 'isolated' | 'egress' | 'other';
  /** True when this call made it. */
  created: boolean;
}

export interface VolumeState {
  name: string;
  labels: Labels;
  /** True when this call made it. */
  created: boolean;
}

/** A file, folder or symbolic link to put into a volume. */
export interface FileEntry {
  /** Relative to the volume's root, `/`-separated, no `..`. */
  path: string;
  type: 'file' | 'directory' | 'link';
  /** Text or bytes; where a link leads, as the container will see it; absent for a directory. */
  content?: string | Uint8Array;
  /** A link has none of its own. */
  mode: number;
  uid: number;
  gid: number;
}

export interface ImageRecipe {
  /** Image reference to tag the result with: `nemoclaw-base:<hash>`. */
  tag: string;
  dockerfile: string;
  /** Further files of the build context, by path. */
  files: { path: string; content: string | Uint8Array; mode?: number }[];
  buildArgs: Record<string, string>;
  labels: Labels;
  /** Build with the host's network (package mirrors behind a host resolver). */
  hostNetwork: boolean;
  /** Stage to build; absent is the last one. */
  target?: string;
}

export interface ImageState {
  id: string;
  tags: string[];
  labels: Labels;
  architecture: string;
  sizeBytes: number;
}

export interface ExecSpec {
  argv: string[];
  uid: number;
  gid: number;
  env?: Record<string, string>;
  workingDir?: string;
  stdin?: string | Uint8Array;
  timeoutMs: Milliseconds;
  /** Per stream; the rest is read and thrown away, and `truncated` says so. */
  maxOutputBytes?: number;
}

export interface ExecResult {
  /** 125 when it was not started; 124 when it timed out. */
  exitCode: number;
  /** `false` when the engine could not start the program at all. */
  started: boolean;
  timedOut: boolean;
  truncated: boolean;
  stdout: Buffer;
  stderr: Buffer;
  /** Why it was not started, in the engine's words. */
  failure?: string;
  /** Where it ran, when the engine or the caller's wrapper could tell. */
  identity?: ProcessIdentity;
}

export interface InteractiveSpec {
  argv: string[];
  uid: number;
  gid: number;
  env?: Record<string, string>;
  workingDir?: string;
  tty: boolean;
  stdin: NodeJS.ReadableStream;
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
  /** Current size and changes of the terminal, when `tty`. */
  size?: { columns: number; rows: number };
  onResize?: (apply: (size: { columns: number; rows: number }) => void) => void;
}

/** A throw-away container: created, run, read, removed; nothing of it stays, whatever happens. */
export interface HelperSpec {
  name: string;
  labels: Labels;
  image: string;
  argv: string[];
  env?: Record<string, string>;
  user: string;
  /** Network id, `none` or `host`. */
  network: string;
  extraHosts?: Record<string, string>;
  mounts?: Mount[];
  devices?: Device[];
  deviceRequests?: DeviceRequest[];
  runtime?: string;
  groups?: number[];
  capAdd?: string[];
  stdin?: string;
  timeoutMs: Milliseconds;
}

export type HelperResult =
  | { outcome: 'exited'; exitCode: number; stdout: string; stderr: string }
  | {
      outcome: 'not_started';
      reason: 'network_not_found' | 'veth_unsupported' | 'image_not_found' | 'engine_unreachable' | 'other';
      message: string;
    }
  | { outcome: 'timed_out'; stdout: string; stderr: string };

/** The plan of a replacement, with all that was altered by hand on the container that it replaces. */
export interface ClonedPlan {
  plan: ContainerSpec;
  /** Altered fields that the plan carries, in the engine's own words: `HostConfig.CpuShares`. */
  carried: string[];
  /** Altered fields that cannot be carried: a replacement would lose them. */
  refused: { field: string; reason: string }[];
}

/** One row a process, one cell a title. */
export interface ProcessTable {
  titles: string[];
  processes: string[][];
}

export interface LogLine {
  stream: 'stdout' | 'stderr';
  text: string;
  time?: string;
}

export interface DriverCapabilities {
  /** Networks on which a container cannot reach the host's own addresses. */
  isolatedNetworks: boolean;
  cdi: boolean;
  /** `direct`: the egress network's gateway address is the host. `host-gateway`: a VM stands between. */
  hostAddress: 'direct' | 'host-gateway';
}

export interface DriverEvent {
  type: 'container' | 'network' | 'volume';
  action: string;
  id: string;
  labels: Labels;
}

export interface WaitOptions {
  signal?: AbortSignal;
}

/**
 * The sandbox driver: reports and changes backend state, decides nothing. Every call on a container takes its exact id.
 * Errors are CodedErrors: ENGINE_NOT_RUNNING, ENGINE_PERMISSION, ENGINE_TOO_OLD, ENGINE_CONFLICT, ENGINE_NOT_FOUND,
 * ENGINE_DISK_FULL, PORT_TAKEN, GPU_INJECTION_FAILED, ENGINE_TIMEOUT, ENGINE_ERROR, IMAGE_BUILD_FAILED, each with
 * operation, object and HTTP status in `details`.
 */
export interface Driver {
  capabilities(options?: WaitOptions): Promise<DriverCapabilities>;
  hostFacts(options?: WaitOptions): Promise<EngineFacts>;

  /**
   * One name, one network: of several that ask at the same moment, also in other processes, one gets `created`. So asking
   * tells of a create that is still under way. Rejects with ENGINE_CONFLICT when nobody can have it.
   */
  ensureNetwork(spec: NetworkSpec, options?: WaitOptions): Promise<NetworkState>;
  inspectNetwork(id: string, options?: WaitOptions): Promise<NetworkState | undefined>;
  listNetworks(labels: Labels, options?: WaitOptions): Promise<NetworkState[]>;
  /** Resolves also when it is already gone; rejects with ENGINE_CONFLICT while containers use it. */
  removeNetwork(id: string, options?: WaitOptions): Promise<void>;

  ensureVolume(spec: { name: string; labels: Labels }, options?: WaitOptions): Promise<VolumeState>;
  inspectVolume(name: string, options?: WaitOptions): Promise<VolumeState | undefined>;
  listVolumes(labels: Labels, options?: WaitOptions): Promise<VolumeState[]>;
  removeVolume(name: string, options?: WaitOptions): Promise<void>;
  /** Fills a volume through the engine's archive call, by way of a container of `image` that is never started. */
  putFiles(
    spec: { volume: string; image: string; labels: Labels; files: FileEntry[] },
    options?: WaitOptions,
  ): Promise<void>;
  /** Reads one file of a volume the same way; `undefined` when it is not there. At most 1 MiB. */
  readFile(
    spec: { volume: string; image: string; labels: Labels; path: string },
    options?: WaitOptions,
  ): Promise<Buffer | undefined>;

  findImage(reference: string, options?: WaitOptions): Promise<ImageState | undefined>;
  listImages(labels: Labels, options?: WaitOptions): Promise<ImageState[]>;
  pullImage(reference: string, onProgress: (line: string) => void, options?: WaitOptions): Promise<ImageState>;
  buildImage(recipe: ImageRecipe, onProgress: (line: string) => void, options?: WaitOptions): Promise<ImageState>;
  removeImage(reference: string, options?: WaitOptions): Promise<void>;

  create(spec: ContainerSpec, options?: WaitOptions): Promise<{ id: string }>;
  /** Resolves also when it runs. One that keeps ending, and that its engine waits to start again, is started now. */
  start(id: string, options?: WaitOptions): Promise<void>;
  /** Resolves also when it was not running. */
  stop(id: string, options: WaitOptions & { timeoutSeconds: number }): Promise<void>;
  restart(id: string, options: WaitOptions & { timeoutSeconds: number }): Promise<void>;
  /** Resolves also when it is already gone. */
  remove(id: string, options?: WaitOptions & { force?: boolean }): Promise<void>;
  rename(id: string, name: string, options?: WaitOptions): Promise<void>;
  setRestartPolicy(id: string, policy: 'no' | 'unless-stopped', options?: WaitOptions): Promise<void>;
  inspect(id: string, options?: WaitOptions): Promise<ContainerState | undefined>;
  /** The engine's own document, for evidence and for cloning. */
  inspectRaw(id: string, options?: WaitOptions): Promise<JsonObject | undefined>;
  list(labels: Labels, options?: WaitOptions): Promise<ContainerState[]>;
  /** Processes of a running container, by name and without their arguments: those may hold secrets. ENGINE_NOT_FOUND. */
  top(id: string, options?: WaitOptions): Promise<ProcessTable>;
  /**
   * `wanted` with what differs on the container from `recorded`, the plan that it was created by. To be asked while it
   * runs: a stopped container has forgotten parts of its endpoints. ENGINE_NOT_FOUND.
   */
  clonePlan(
    id: string,
    plans: { recorded: ContainerSpec; wanted: ContainerSpec },
    options?: WaitOptions,
  ): Promise<ClonedPlan>;
  /** Fields of the plan that the container does not have, though its create was accepted. ENGINE_NOT_FOUND. */
  unapplied(id: string, plan: ContainerSpec, options?: WaitOptions): Promise<string[]>;

  exec(id: string, spec: ExecSpec, options?: WaitOptions): Promise<ExecResult>;
  /** Runs with the caller's streams; resolves with the remote exit code. */
  interactive(id: string, spec: InteractiveSpec, options?: WaitOptions): Promise<number>;
  runHelper(spec: HelperSpec, options?: WaitOptions): Promise<HelperResult>;
  logs(
    id: string,
    options: WaitOptions & { tail: number; follow: boolean; timestamps?: boolean },
  ): AsyncIterable<LogLine>;
  watch(labels: Labels, options: WaitOptions): AsyncIterable<DriverEvent>;
}

export interface DriverContribution {
  kind: 'driver';
  id: string;
  create(options: { env: Readonly<Record<string, string | undefined>> }): Driver;
}
