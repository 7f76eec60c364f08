/** Every field of HostConfig in API 1.51: one that is not here belongs to a newer engine, whose default nobody knows. */
export const HOST_FIELDS: ReadonlySet<string> = new Set([
  ...['CpuShares', 'Memory', 'CgroupParent', 'BlkioWeight', 'BlkioWeightDevice', 'BlkioDeviceReadBps'],
  ...['BlkioDeviceWriteBps', 'BlkioDeviceReadIOps', 'BlkioDeviceWriteIOps', 'CpuPeriod', 'CpuQuota'],
  ...['CpuRealtimePeriod', 'CpuRealtimeRuntime', 'CpusetCpus', 'CpusetMems', 'Devices', 'DeviceCgroupRules'],
  ...['DeviceRequests', 'KernelMemory', 'KernelMemoryTCP', 'MemoryReservation', 'MemorySwap', 'MemorySwappiness'],
  ...['NanoCpus', 'OomKillDisable', 'Init', 'PidsLimit', 'Ulimits', 'CpuCount', 'CpuPercent', 'IOMaximumIOps'],
  ...['IOMaximumBandwidth', 'Binds', 'ContainerIDFile', 'LogConfig', 'NetworkMode', 'PortBindings', 'RestartPolicy'],
  ...['AutoRemove', 'VolumeDriver', 'VolumesFrom', 'Mounts', 'ConsoleSize', 'Annotations', 'CapAdd', 'CapDrop'],
  ...['CgroupnsMode', 'Dns', 'DnsOptions', 'DnsSearch', 'ExtraHosts', 'GroupAdd', 'IpcMode', 'Cgroup', 'Links'],
  ...['OomScoreAdj', 'PidMode', 'Privileged', 'PublishAllPorts', 'ReadonlyRootfs', 'SecurityOpt', 'StorageOpt'],
  ...['Tmpfs', 'UTSMode', 'UsernsMode', 'ShmSize', 'Sysctls', 'Runtime', 'Isolation', 'MaskedPaths', 'ReadonlyPaths'],
]);

/**
 * Filled in by the engine where nothing was asked for, with a default that its own configuration may change: whether
 * somebody asked can't be told from the document, so the replacement is given the same.
 */
export const ENGINE_CHOSEN: ReadonlySet<string> = new Set(['CgroupnsMode', 'IpcMode', 'ShmSize', 'Runtime']);

/** Of what the engine fills in, what no engine's default ever is: there somebody asked. */
const NO_DEFAULT: Record<string, (value: unknown) => boolean> = {
  IpcMode: (value) => /^(?:host|container:)/.test(String(value)),
  // What /proc hides grows with the engine's versions; an empty list hides nothing.
  MaskedPaths: (value) => Array.isArray(value) && value.length === 0,
  ReadonlyPaths: (value) => Array.isArray(value) && value.length === 0,
};

/** Pure: whether a field that the plan does not name may be the engine's own doing; `undefined` where it fills in nothing. */
export const mayBeDefault = (key: string, value: unknown): boolean | undefined => {
  if (key in NO_DEFAULT) return !NO_DEFAULT[key]?.(value);
  return ENGINE_CHOSEN.has(key) ? true : undefined;
};

/** What stands between an agent and the host: the recorded plan alone decides it. */
export const WALLS: ReadonlySet<string> = new Set([
  ...['Privileged', 'CapAdd', 'CapDrop', 'SecurityOpt', 'GroupAdd', 'ReadonlyRootfs', 'MaskedPaths', 'ReadonlyPaths'],
  ...['Devices', 'DeviceCgroupRules', 'DeviceRequests', 'Runtime', 'CgroupParent', 'Cgroup', 'CgroupnsMode'],
  ...['NetworkMode', 'PidMode', 'IpcMode', 'UTSMode', 'UsernsMode', 'Isolation'],
  ...['PortBindings', 'PublishAllPorts', 'Links', 'VolumesFrom'],
]);

/** Config fields that a replacement may have though no plan says so; the others are the supervisor's. */
export const CARRIED_CONFIG: ReadonlySet<string> = new Set([
  ...['Healthcheck', 'StopSignal', 'StopTimeout', 'Domainname', 'Shell', 'ExposedPorts', 'Volumes', 'Env', 'Labels'],
  ...['AttachStdin', 'AttachStdout', 'AttachStderr', 'StdinOnce', 'MacAddress'],
]);
