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

/** Filled in by the engine where nothing was asked for; on a running container nobody can change them. */
export const ENGINE_CHOSEN: ReadonlySet<string> = new Set([
  ...['CgroupnsMode', 'IpcMode', 'MaskedPaths', 'ReadonlyPaths', 'ShmSize', 'Runtime', 'CgroupParent', 'Isolation'],
  ...['MemorySwappiness', 'OomKillDisable', 'ConsoleSize', 'ContainerIDFile', 'StorageOpt', 'UsernsMode'],
]);

/** What `docker update` changes on a container that is there: fed back to a create they mean the same. */
export const UPDATABLE: ReadonlySet<string> = new Set([
  ...['CpuShares', 'Memory', 'BlkioWeight', 'CpuPeriod', 'CpuQuota', 'CpuRealtimePeriod', 'CpuRealtimeRuntime'],
  ...['CpusetCpus', 'CpusetMems', 'KernelMemory', 'KernelMemoryTCP', 'MemoryReservation', 'MemorySwap', 'NanoCpus'],
  ...['PidsLimit', 'Ulimits'],
]);
