import type { ContainerSpec, Labels, Mount } from '@nemoclaw/plugin-api';

/** The body of the engine's create call. Pure; the engine drops unknown fields silently, so a test compares inspect with it. */
export const createBody = (spec: ContainerSpec) => ({
  ...spec.carried?.config,
  Image: spec.image,
  // An empty list takes the image's entrypoint away; absent keeps it.
  ...(spec.entrypoint === undefined ? {} : { Entrypoint: spec.entrypoint }),
  Cmd: spec.command,
  Env: [...envList(spec.env), ...((spec.carried?.config?.Env as string[] | undefined) ?? [])],
  Labels: { ...(spec.carried?.config?.Labels as Labels | undefined), ...spec.labels },
  Tty: spec.tty,
  OpenStdin: spec.openStdin,
  ...(spec.user === undefined ? {} : { User: spec.user }),
  ...(spec.workingDir === undefined ? {} : { WorkingDir: spec.workingDir }),
  ...(spec.hostname === undefined ? {} : { Hostname: spec.hostname }),
  ExposedPorts: {
    ...(spec.carried?.config?.ExposedPorts as object | undefined),
    ...Object.fromEntries(spec.ports.map(({ containerPort }) => [`${containerPort}/tcp`, {}])),
  },
  HostConfig: { ...hostConfig(spec), ...spec.carried?.host },
  NetworkingConfig: { EndpointsConfig: endpoints(spec) },
});

export const envList = (env: Record<string, string>): string[] =>
  Object.entries(env).map(([key, value]) => `${key}=${value}`);

const hostConfig = (spec: ContainerSpec) => ({
  // Never the default bridge: no network asked for is no network.
  NetworkMode: spec.networks[0]?.network ?? 'none',
  Init: spec.init,
  ReadonlyRootfs: spec.readOnlyRoot,
  CapDrop: spec.capDrop,
  CapAdd: spec.capAdd,
  SecurityOpt: spec.securityOpt,
  Sysctls: spec.sysctls,
  GroupAdd: spec.groups.map(String),
  ExtraHosts: Object.entries(spec.extraHosts).map(([name, address]) => `${name}:${address}`),
  ...mounts(spec.mounts),
  Devices: devices(spec.devices),
  DeviceRequests: deviceRequests(spec.deviceRequests),
  ...(spec.runtime === undefined ? {} : { Runtime: spec.runtime }),
  Memory: spec.limits.memoryBytes,
  // The same as memory: no swap on top.
  MemorySwap: spec.limits.memoryBytes,
  PidsLimit: spec.limits.pids,
  ...(spec.limits.cpus === undefined ? {} : { NanoCpus: Math.round(spec.limits.cpus * 1e9) }),
  Ulimits:
    spec.limits.nofile === undefined ? [] : [{ Name: 'nofile', Soft: spec.limits.nofile, Hard: spec.limits.nofile }],
  RestartPolicy: { Name: spec.restartPolicy, MaximumRetryCount: 0 },
  PortBindings: Object.fromEntries(
    spec.ports.map(({ containerPort, hostPort }) => [
      `${containerPort}/tcp`,
      [{ HostIp: '127.0.0.1', HostPort: hostPort === 0 ? '' : String(hostPort) }],
    ]),
  ),
  LogConfig: { Type: 'json-file', Config: { 'max-size': String(spec.logMaxBytes), 'max-file': '1' } },
});

export const devices = (all: ContainerSpec['devices']) =>
  all.map((device) => ({
    PathOnHost: device.pathOnHost,
    PathInContainer: device.pathInContainer,
    CgroupPermissions: device.permissions,
  }));

export const deviceRequests = (requests: ContainerSpec['deviceRequests']) =>
  requests.map((request) => ({
    Driver: request.driver,
    Count: request.count,
    DeviceIDs: request.deviceIds,
    Capabilities: request.capabilities,
  }));

/** Volumes as mounts; tmpfs as options text, since the mount form knows no owner. */
export const mounts = (all: readonly Mount[]) => ({
  Mounts: all
    .filter((mount) => mount.type === 'volume')
    .map((mount) => ({ Type: 'volume', Source: mount.source, Target: mount.target, ReadOnly: mount.readOnly })),
  Tmpfs: Object.fromEntries(
    all.filter((mount) => mount.type === 'tmpfs').map((mount) => [mount.target, tmpfsOptions(mount)]),
  ),
});

const tmpfsOptions = (mount: Extract<Mount, { type: 'tmpfs' }>): string =>
  [
    'rw',
    'nosuid',
    'nodev',
    mount.exec ? 'exec' : 'noexec',
    ...(mount.sizeBytes === undefined ? [] : [`size=${mount.sizeBytes}`]),
    ...(mount.mode === undefined ? [] : [`mode=${mount.mode.toString(8)}`]),
    ...(mount.uid === undefined ? [] : [`uid=${mount.uid}`]),
    ...(mount.gid === undefined ? [] : [`gid=${mount.gid}`]),
  ].join(',');

/** All networks at create, so that no container ever runs with half of them. `host` and `none` have no endpoint. */
const endpoints = (spec: ContainerSpec) =>
  Object.fromEntries(
    spec.networks
      .filter(({ network }) => network !== 'host' && network !== 'none')
      .map(({ network, aliases, ipv4 }) => [
        network,
        {
          Aliases: aliases,
          ...(ipv4 === undefined ? {} : { IPAMConfig: { IPv4Address: ipv4 } }),
          ...spec.carried?.endpoints[network],
        },
      ]),
  );

export const volumesOf = (all: readonly Mount[]): string[] =>
  all.flatMap((mount) => (mount.type === 'volume' ? [mount.source] : []));
