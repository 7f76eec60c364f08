import { type JsonObject, LABELS } from '@nemoclaw/plugin-api';

/** What of the engine's document may be kept; whatever is not named here is not kept, also of engines to come. */
const ALLOWED = {
  '': ['Id', 'Name', 'Created', 'Image', 'Platform', 'Driver', 'RestartCount'],
  State: [
    ...['Status', 'Running', 'Paused', 'Restarting', 'OOMKilled', 'Dead', 'Pid', 'ExitCode', 'Error', 'StartedAt'],
    ...['FinishedAt', 'Health'],
  ],
  Config: ['Hostname', 'User', 'Image', 'WorkingDir', 'StopSignal', 'StopTimeout', 'Tty', 'OpenStdin'],
  HostConfig: [
    ...['NetworkMode', 'RestartPolicy', 'AutoRemove', 'Memory', 'MemorySwap', 'NanoCpus', 'CpuShares', 'CpusetCpus'],
    ...['PidsLimit', 'Ulimits', 'OomKillDisable', 'CapAdd', 'CapDrop', 'Privileged', 'SecurityOpt', 'ReadonlyRootfs'],
    ...['Init', 'IpcMode', 'PidMode', 'UsernsMode', 'UTSMode', 'CgroupnsMode', 'GroupAdd', 'Runtime', 'Devices'],
    ...['DeviceRequests', 'Sysctls', 'Tmpfs', 'ExtraHosts', 'Dns', 'PortBindings', 'ShmSize'],
  ],
} as const satisfies Record<string, readonly string[]>;

const MOUNT = ['Type', 'Name', 'Destination', 'Driver', 'Mode', 'RW'] as const;
const ENDPOINT = ['NetworkID', 'IPAddress', 'IPPrefixLen', 'Gateway', 'MacAddress', 'Aliases', 'IPAMConfig'] as const;
const OURS = LABELS.managed.slice(0, LABELS.managed.lastIndexOf('.') + 1);

const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const pick = (from: unknown, names: readonly string[]): Record<string, unknown> => {
  const source = objectOf(from);
  return Object.fromEntries(names.flatMap((name) => (Object.hasOwn(source, name) ? [[name, source[name]]] : [])));
};

/** `--key=value` among arguments is no rare thing: which program it is and how many arguments it got is enough. */
const command = (value: unknown): { first: string; count: number } | null => {
  const tokens = typeof value === 'string' ? [value] : listOf(value);
  return tokens.length === 0 ? null : { first: String(tokens[0]), count: tokens.length };
};

/** Only our own labels have values that we know; of the others the key is enough to ask who set it. */
const labels = (value: unknown): JsonObject =>
  Object.fromEntries(
    Object.entries(objectOf(value))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, text]) => [key, key.startsWith(OURS) ? String(text) : '(value removed)']),
  );

/** Names of what is set, sorted; without their values. */
const envKeys = (value: unknown): string[] =>
  listOf(value)
    .map((entry) => String(entry).split('=', 1)[0] ?? '')
    .sort();

/** Pure: the engine's inspect as it may be kept: allow-listed, environment as keys, commands as first token and count. */
export const allowedInspect = (document: JsonObject): JsonObject => {
  const config = objectOf(document.Config);
  const networks = objectOf(objectOf(document.NetworkSettings).Networks);
  const kept = {
    ...pick(document, ALLOWED['']),
    Path: document.Path ?? null,
    ArgsCount: listOf(document.Args).length,
    State: pick(document.State, ALLOWED.State),
    Config: {
      ...pick(config, ALLOWED.Config),
      Env: envKeys(config.Env),
      Entrypoint: command(config.Entrypoint),
      Cmd: command(config.Cmd),
      Healthcheck: command(objectOf(config.Healthcheck).Test),
      Labels: labels(config.Labels),
    },
    HostConfig: pick(document.HostConfig, ALLOWED.HostConfig),
    Mounts: listOf(document.Mounts).map((mount) => pick(mount, MOUNT)),
    Networks: Object.fromEntries(Object.entries(networks).map(([name, endpoint]) => [name, pick(endpoint, ENDPOINT)])),
  };
  return JSON.parse(JSON.stringify(kept)) as JsonObject;
};
