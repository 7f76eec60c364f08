import Docker, { type ContainerInspectInfo } from 'dockerode';
import { afterAll, expect, it } from 'vitest';
import { fullSpec } from '../testing/full-spec.ts';
import { createWorld } from '../testing/world.ts';
import { createBody } from './create-body.ts';
import { HOST_FIELDS } from './host-fields.ts';
import { compact } from './same.ts';

const world = createWorld('clone');
const { driver } = world;
afterAll(() => world.clean());

type Fields = Record<string, unknown>;
const inspect = async (id: string) => (await driver.inspectRaw(id)) as unknown as ContainerInspectInfo;

/** What belongs to the one container and not to what it was asked to be. */
const ITS_OWN = [
  ...['Id', 'Created', 'Name', 'State', 'ResolvConfPath', 'HostnamePath', 'HostsPath', 'LogPath', 'GraphDriver'],
  ...['NetworkSettings', 'Mounts', 'Storage'],
];
const ENDPOINT_ITS_OWN = ['EndpointID', 'MacAddress', 'DNSNames'];

/** The whole document but for that; volumes by what is mounted where, since they may be asked for in two ways. */
const comparable = (document: ContainerInspectInfo, unfixed: string): object => {
  const { Config, HostConfig, NetworkSettings, Mounts, ...rest } = document as unknown as Record<string, Fields>;
  const { Networks, Ports } = NetworkSettings as { Networks: Record<string, Fields>; Ports: object };
  const without = (fields: Fields, keys: string[]): Fields =>
    Object.fromEntries(Object.entries(fields).filter(([key]) => !keys.includes(key)));
  return {
    ...without(rest, ITS_OWN),
    Config: { ...Config, Labels: { ...(Config?.Labels as object), generation: undefined } },
    HostConfig: compact(without(HostConfig as Fields, ['Binds', 'Mounts', 'RestartPolicy', 'PortBindings'])),
    Ports,
    Networks: Object.fromEntries(
      Object.entries(Networks).map(([name, endpoint]) => [
        name,
        without(endpoint, [...ENDPOINT_ITS_OWN, ...(name === unfixed ? ['IPAddress'] : [])]),
      ]),
    ),
    Mounts: ((Mounts ?? []) as unknown as Fields[])
      .map(({ Type, Name, Destination, RW }) => ({ Type, Name, Destination, RW }))
      .sort((a, b) => (String(a.Destination) < String(b.Destination) ? -1 : 1)),
  };
};

/** Everything that the engine lets a create ask for beside the plan, except what needs other hardware or another system. */
const byHand = ({ volume, prefix, cgroupParent }: Record<'volume' | 'prefix' | 'cgroupParent', string>) => ({
  config: {
    Domainname: 'test.internal',
    Env: ['BY_HAND=a=b'],
    Labels: { 'by.hand': 'yes' },
    ExposedPorts: { '9/udp': {} },
    Volumes: { '/anonymous': {} },
    Healthcheck: { Test: ['CMD', '/bin/true'], Interval: 1e9, Timeout: 2e9, Retries: 4, StartPeriod: 5e9 },
    StopSignal: 'SIGUSR1',
    StopTimeout: 3,
    Shell: ['/bin/sh', '-c'],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    StdinOnce: true,
  },
  host: {
    CpuShares: 512,
    CpuPeriod: 0,
    CpusetCpus: '0',
    CpusetMems: '0',
    MemoryReservation: 64 << 20,
    MemorySwap: 512 << 20,
    PidsLimit: 77,
    Ulimits: [
      { Name: 'nofile', Soft: 512, Hard: 1024 },
      { Name: 'core', Soft: 0, Hard: 0 },
    ],
    OomScoreAdj: 100,
    ShmSize: 32 << 20,
    IpcMode: 'shareable',
    Dns: [`${prefix}.53`],
    DnsOptions: ['ndots:3'],
    DnsSearch: ['test.internal'],
    ExtraHosts: [`host.test.internal:${prefix}.17`, `by-hand.test.internal:${prefix}.18`],
    Sysctls: { 'net.ipv4.ip_forward': '0', 'net.core.somaxconn': '256' },
    Tmpfs: { '/t': 'rw,nosuid,nodev,exec,size=1048576,mode=700,uid=64101,gid=64102', '/u': 'rw,noexec' },
    Binds: [`${volume}:/bound:ro`],
    LogConfig: { Type: 'json-file', Config: { 'max-size': '2097152', 'max-file': '3', labels: 'extra' } },
    Annotations: { 'test.internal/a': 'b' },
    Init: true,
    VolumeDriver: 'local',
    // Walls: carried by the recorded plan only.
    UsernsMode: 'host',
    CgroupParent: cgroupParent,
    DeviceCgroupRules: ['c 1:3 rw'],
  },
});
const WALLS = ['UsernsMode', 'CgroupParent', 'DeviceCgroupRules'];

/** Fields of HostConfig that A has as an engine leaves them: each for a reason, so that a new one is noticed. */
const LEFT_ALONE = {
  'of Windows': ['ConsoleSize', 'CpuCount', 'CpuPercent', 'IOMaximumBandwidth', 'IOMaximumIOps', 'Isolation'],
  'of block devices': [
    ...['BlkioDeviceReadBps', 'BlkioDeviceReadIOps', 'BlkioDeviceWriteBps', 'BlkioDeviceWriteIOps', 'BlkioWeight'],
    ...['BlkioWeightDevice', 'StorageOpt'],
  ],
  'of one version of cgroups, or gone': [
    ...['CgroupnsMode', 'Cgroup', 'KernelMemory', 'KernelMemoryTCP', 'MemorySwappiness', 'OomKillDisable'],
    ...['CpuRealtimePeriod', 'CpuRealtimeRuntime', 'CpuPeriod', 'CpuQuota'],
  ],
  'refused, or another test’s': [
    ...['AutoRemove', 'ContainerIDFile', 'DeviceRequests', 'Links', 'PidMode', 'Privileged', 'PublishAllPorts'],
    ...['UTSMode', 'VolumesFrom', 'Runtime', 'MaskedPaths', 'ReadonlyPaths'],
  ],
};

it('makes a replacement that is the same in every field of its inspect, whatever was asked for by hand', async () => {
  const prefix = '10.214.13';
  const { spec, egress } = await fullSpec(world, prefix);
  const other = await world.network('isolated', [`${prefix}.32/28`]);
  const docker = new Docker();
  // One that is there already: the engine leaves those behind that it makes.
  const cgroupParent = (await docker.info()).CgroupDriver === 'systemd' ? 'system.slice' : '/docker';
  const extra = byHand({ volume: await world.volume(), prefix, cgroupParent });
  const walls = Object.fromEntries(Object.entries(extra.host).filter(([key]) => WALLS.includes(key)));
  const recorded = { ...spec, labels: { ...spec.labels, generation: 'a' }, carried: { host: walls, endpoints: {} } };

  // Not by the driver's own create: what that leaves out would be missing on both sides.
  const plain = createBody(recorded);
  const made = await docker.createContainer({
    _query: { name: recorded.name },
    _body: {
      ...plain,
      ...extra.config,
      Env: [...plain.Env, ...extra.config.Env],
      Labels: { ...plain.Labels, ...extra.config.Labels },
      ExposedPorts: { ...plain.ExposedPorts, ...extra.config.ExposedPorts },
      HostConfig: { ...plain.HostConfig, ...extra.host },
    },
  } as object);
  await made.start();
  await docker.getNetwork(other.id).connect({
    Container: made.id,
    EndpointConfig: {
      Aliases: ['by-hand'],
      IPAMConfig: { IPv4Address: `${prefix}.40` },
      DriverOpts: { 'com.docker.network.endpoint.sysctls': 'net.ipv4.conf.IFNAME.log_martians=1' },
      GwPriority: 3,
    } as never,
  });
  await made.update({ CpuShares: 768 });

  const bareId = (await docker.createContainer({ Image: recorded.image, Cmd: ['true'], Labels: world.labels })).id;
  const bare = await inspect(bareId);
  const before = await inspect(made.id);
  const setByNobody = [...HOST_FIELDS].filter((key) => {
    const [a, b] = [before, bare].map(({ HostConfig }) =>
      JSON.stringify(compact((HostConfig as unknown as Fields)[key])),
    );
    return a === b;
  });
  const expected = [...HOST_FIELDS].filter((key) => Object.values(LEFT_ALONE).flat().includes(key));
  expect(setByNobody).toEqual(expected);

  const wanted = { ...recorded, name: world.name('b'), labels: { ...spec.labels, generation: 'b' } };
  const { plan, carried, refused } = await driver.clonePlan(made.id, { recorded, wanted });
  expect(refused).toEqual([]);
  expect(carried).toEqual(
    expect.arrayContaining([
      'HostConfig.CpuShares',
      'Config.Healthcheck',
      'Mounts./anonymous',
      `Networks.${other.name}`,
    ]),
  );

  // It takes names, addresses and ports that the other one still has: only its start would need them.
  const { id } = await driver.create({ ...plan, restartPolicy: 'no' });
  expect(await driver.unapplied(id, { ...plan, restartPolicy: 'no' })).toEqual([]);
  await made.stop({ t: 1 });
  await driver.start(id);
  const after = await inspect(id);
  expect(comparable(after, egress.name)).toEqual(comparable(before, egress.name));
  expect(after.State.Health).toBeDefined();
  expect(after.HostConfig.PortBindings).toEqual({
    '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: before.NetworkSettings.Ports['8080/tcp']?.[0]?.HostPort }],
  });
  expect(after.NetworkSettings.Networks[other.name]).toMatchObject({
    Aliases: ['by-hand'],
    IPAddress: `${prefix}.40`,
    GwPriority: 3,
  });
});

it('names what would break a wall, and no field that is as an engine makes it', async () => {
  const { spec: recorded } = await fullSpec(world, '10.214.14');
  const body = createBody(recorded);
  const docker = new Docker();
  const { id } = await docker.createContainer({
    _query: { name: recorded.name },
    _body: {
      ...body,
      User: '0:0',
      HostConfig: {
        ...body.HostConfig,
        CapAdd: ['SYS_ADMIN'],
        PidMode: 'host',
        Binds: ['/tmp:/host'],
        SecurityOpt: ['label=disable'],
        MaskedPaths: [],
      },
    },
  } as object);
  await driver.start(id);
  const { carried, refused } = await driver.clonePlan(id, { recorded, wanted: recorded });
  expect(carried).toEqual([]);
  expect(refused.map(({ field }) => field).sort()).toEqual([
    'Config.User',
    ...['Binds', 'CapAdd', 'MaskedPaths', 'PidMode', 'SecurityOpt'].map((key) => `HostConfig.${key}`),
  ]);

  await driver.stop(id, { timeoutSeconds: 0 });
  const plain = await driver.create({ ...recorded, name: world.name('plain') });
  await driver.start(plain.id);
  expect(await driver.clonePlan(plain.id, { recorded, wanted: recorded })).toMatchObject({ carried: [], refused: [] });
});
