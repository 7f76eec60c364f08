import type { ContainerSpec } from '@nemoclaw/plugin-api';
import { containerSpec } from '@nemoclaw/testkit/contexts/engine';
import type { ContainerInspectInfo } from 'dockerode';
import { describe, expect, it } from 'vitest';
import { clonePlan } from './clone-plan.ts';
import { differences } from './compare.ts';
import { createBody } from './create-body.ts';

const IMAGE = `sha256:${'1'.repeat(64)}`;
const NET = 'n'.repeat(64);
const recorded = containerSpec({
  name: 'sandbox',
  image: IMAGE,
  env: { LANG: 'C.UTF-8' },
  labels: { 'ai.nemoclaw.generation': 'a' },
  networks: [{ network: NET, aliases: ['agent.internal'] }],
  mounts: [{ type: 'volume', source: 'state', target: '/home/gateway', readOnly: false }],
  ports: [{ containerPort: 8080, hostPort: 0 }],
  restartPolicy: 'unless-stopped',
});
const wanted: ContainerSpec = { ...recorded, labels: { 'ai.nemoclaw.generation': 'b' } };

type Fields = Record<string, unknown>;
/** What the engine of `document` filled in: whether somebody asked for it can't be told, so it is given again. */
const FILLED_IN = { CgroupnsMode: 'host', IpcMode: 'private', Runtime: 'runc', ShmSize: 67108864 };
const OF_IMAGE = { Env: ['PATH=/of/the/image'], StopSignal: 'SIGINT', Labels: { of: 'the image' } };
interface Altered {
  host?: Fields;
  config?: Fields;
  networks?: Fields;
  mounts?: Fields[];
}

/** What an engine says of a container that was made by `recorded`, with its own defaults beside it. */
const document = ({ host, config, networks, mounts }: Altered = {}): ContainerInspectInfo => {
  const { HostConfig, NetworkingConfig: _networks, ...body } = createBody(recorded);
  return {
    Id: 'c'.repeat(64),
    Image: IMAGE,
    Config: {
      ...body,
      Env: [...body.Env, ...OF_IMAGE.Env],
      Labels: { ...body.Labels, ...OF_IMAGE.Labels },
      StopSignal: 'SIGINT',
      Entrypoint: null,
      Hostname: 'made',
      ...config,
    },
    HostConfig: {
      ...HostConfig,
      CapAdd: ['CAP_KILL', 'CAP_SETGID', 'CAP_SETUID'],
      Sysctls: null,
      Devices: null,
      ShmSize: 67108864,
      IpcMode: 'private',
      CgroupnsMode: 'host',
      MaskedPaths: ['/proc/acpi'],
      Runtime: 'runc',
      Binds: null,
      Privileged: false,
      MemorySwappiness: null,
      ...host,
    },
    NetworkSettings: {
      Ports: { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '49153' }] },
      Networks: {
        isolated: { NetworkID: NET, Aliases: ['agent.internal'], IPAMConfig: null, IPAddress: '10.0.0.2' },
        ...networks,
      },
    },
    Mounts: [{ Type: 'volume', Name: 'state', Destination: '/home/gateway', RW: true }, ...(mounts ?? [])],
  } as unknown as ContainerInspectInfo;
};
const clone = (altered: Altered, change: Partial<ContainerSpec> = {}) =>
  clonePlan(document(altered), { recorded, wanted: { ...wanted, ...change } }, OF_IMAGE);

describe('clonePlan', () => {
  it('finds nothing altered where nothing was, whatever the engine fills in', () => {
    const { plan, carried, refused } = clone({});
    expect({ carried, refused }).toEqual({ carried: [], refused: [] });
    expect(plan).toEqual({
      ...wanted,
      ports: [{ containerPort: 8080, hostPort: 49153 }],
      carried: { host: FILLED_IN, config: {}, endpoints: {} },
    });
  });

  it.each<[string, Altered, string, Fields]>([
    ['CPU shares', { host: { CpuShares: 512 } }, 'HostConfig.CpuShares', { CpuShares: 512 }],
    ['a CPU set', { host: { CpusetCpus: '0-1' } }, 'HostConfig.CpusetCpus', { CpusetCpus: '0-1' }],
    ['another memory limit', { host: { Memory: 1 << 30 } }, 'HostConfig.Memory', { Memory: 1 << 30 }],
    ['CPUs', { host: { NanoCpus: 2e9 } }, 'HostConfig.NanoCpus', { NanoCpus: 2e9 }],
    ['no pids limit', { host: { PidsLimit: 0 } }, 'HostConfig.PidsLimit', { PidsLimit: 0 }],
    ['name servers', { host: { Dns: ['10.0.0.53'] } }, 'HostConfig.Dns', { Dns: ['10.0.0.53'] }],
    ['a swappiness of 0', { host: { MemorySwappiness: 0 } }, 'HostConfig.MemorySwappiness', { MemorySwappiness: 0 }],
    ['a tmpfs', { host: { Tmpfs: { '/x': 'rw' } } }, 'HostConfig.Tmpfs', { Tmpfs: { '/x': 'rw' } }],
  ])('carries %s', (_title, altered, field, host) => {
    const { plan, carried, refused } = clone(altered);
    expect({ carried, refused }).toEqual({ carried: [field], refused: [] });
    expect(plan.carried?.host).toEqual({ ...FILLED_IN, ...host });
    expect(createBody(plan).HostConfig).toMatchObject(host);
  });

  it.each<[string, Fields, string, Fields]>([
    ['a health check', { Healthcheck: { Test: ['NONE'] } }, 'Config.Healthcheck', { Healthcheck: { Test: ['NONE'] } }],
    ['another stop signal than the image’s', { StopSignal: 'SIGUSR1' }, 'Config.StopSignal', { StopSignal: 'SIGUSR1' }],
    ['a stop time-out', { StopTimeout: 7 }, 'Config.StopTimeout', { StopTimeout: 7 }],
    ['a variable', { Env: ['LANG=C.UTF-8', ...OF_IMAGE.Env, 'X=a=b'] }, 'Config.Env.X', { Env: ['X=a=b'] }],
    [
      'a label',
      { Labels: { ...recorded.labels, ...OF_IMAGE.Labels, 'x.y': 'z' } },
      'Config.Labels.x.y',
      { Labels: { 'x.y': 'z' } },
    ],
  ])('carries %s of Config', (_title, config, field, expected) => {
    const { plan, carried, refused } = clone({ config });
    expect({ carried, refused }).toEqual({ carried: [field], refused: [] });
    expect(plan.carried?.config).toEqual(expected);
    const { Env, Labels, ...body } = createBody(plan) as Fields & { Env: string[]; Labels: Fields };
    const { Env: line = [], Labels: label = {}, ...rest } = expected as { Env?: string[]; Labels?: Fields };
    expect(body).toMatchObject(rest);
    expect(Env).toEqual(['LANG=C.UTF-8', ...line]);
    expect(Labels).toEqual({ ...label, ...wanted.labels });
  });

  it('knows nothing altered of an image that is gone', () => {
    const { carried, refused } = clonePlan(document(), { recorded, wanted });
    expect({ carried, refused }).toEqual({ carried: [], refused: [] });
  });

  it('lets a runtime that is asked for go before one that an earlier replacement carried', () => {
    const earlier = { host: { Runtime: 'runc' }, config: {}, endpoints: {} };
    const plans = {
      recorded: { ...recorded, carried: earlier },
      wanted: { ...wanted, carried: earlier, runtime: 'nvidia' },
    };
    const { plan } = clonePlan(document(), plans, OF_IMAGE);
    expect(createBody(plan).HostConfig.Runtime).toBe('nvidia');
    const back = clonePlan(
      document({ host: { Runtime: 'nvidia' } }),
      { recorded: { ...recorded, runtime: 'nvidia' }, wanted },
      OF_IMAGE,
    );
    expect(createBody(back.plan).HostConfig.Runtime).toBeUndefined();
  });

  it('mounts volumes by name that were bound, and refuses a folder beside them', () => {
    const mounted = [{ Type: 'volume', Name: 'other', Destination: '/o', RW: false }];
    const { plan, carried, refused } = clone({ host: { Binds: ['other:/o:ro'] }, mounts: mounted });
    expect({ carried, refused }).toEqual({ carried: ['Mounts./o'], refused: [] });
    expect(plan.mounts.at(-1)).toEqual({ type: 'volume', source: 'other', target: '/o', readOnly: true });
    expect(clone({ host: { Binds: ['other:/o', '/etc:/e'] } }).refused).toHaveLength(1);
  });

  it('lets the change that is asked for go before what was altered', () => {
    const { plan, carried } = clone({ host: { PidsLimit: 64 } }, { limits: { ...recorded.limits, pids: 256 } });
    expect(carried).toEqual([]);
    expect(createBody(plan).HostConfig.PidsLimit).toBe(256);
  });

  it('carries a policy that it can give, and no retry count', () => {
    const { plan, carried } = clone({ host: { RestartPolicy: { Name: 'no', MaximumRetryCount: 0 } } });
    expect(plan.restartPolicy).toBe('no');
    expect(carried).toEqual(['HostConfig.RestartPolicy']);
    expect(clone({ host: { RestartPolicy: { Name: 'unless-stopped', MaximumRetryCount: 3 } } }).carried).toEqual([]);
  });

  it.each<[string, Altered, string]>([
    [
      'a policy that starts it whenever the engine starts',
      { host: { RestartPolicy: { Name: 'always' } } },
      'HostConfig.RestartPolicy',
    ],
    ['a container that goes when it stops', { host: { AutoRemove: true } }, 'HostConfig.AutoRemove'],
    ['privileges', { host: { Privileged: true } }, 'HostConfig.Privileged'],
    ['a folder of the host', { host: { Binds: ['/:/host'] } }, 'HostConfig.Binds'],
    [
      'a capability',
      { host: { CapAdd: ['CAP_KILL', 'CAP_SETGID', 'CAP_SETUID', 'CAP_SYS_ADMIN'] } },
      'HostConfig.CapAdd',
    ],
    ['the host’s memory segments', { host: { IpcMode: 'host' } }, 'HostConfig.IpcMode'],
    ['a /proc that hides nothing', { host: { MaskedPaths: [] } }, 'HostConfig.MaskedPaths'],
    ['a user name space that is the host’s', { host: { UsernsMode: 'host' } }, 'HostConfig.UsernsMode'],
    ['a port', { host: { PortBindings: { '9/tcp': [{ HostPort: '9' }] } } }, 'HostConfig.PortBindings'],
    [
      'a part of a volume',
      { host: { Mounts: [{ Type: 'volume', Source: 'v', Target: '/v', VolumeOptions: { Subpath: 'a' } }] } },
      'HostConfig.Mounts',
    ],
    ['another network mode', { host: { NetworkMode: 'host' } }, 'HostConfig.NetworkMode'],
    ['another command', { config: { Cmd: ['sh'] } }, 'Config.Cmd'],
    ['another value of a variable', { config: { Env: ['LANG=C', ...OF_IMAGE.Env] } }, 'Config.Env.LANG'],
    ['another user', { config: { User: '5:5' } }, 'Config.User'],
    [
      'another generation',
      { config: { Labels: { 'ai.nemoclaw.generation': 'x', ...OF_IMAGE.Labels } } },
      'Config.Labels.ai.nemoclaw.generation',
    ],
  ])('refuses %s, by name', (_title, altered, field) => {
    expect(clone(altered).refused.map((one) => one.field)).toEqual([field]);
  });

  it('feeds a field of a newer engine back as it is', () => {
    const { plan, carried, refused } = clone({ host: { FutureMode: 'automatic' } });
    expect({ carried, refused }).toEqual({ carried: [], refused: [] });
    expect(plan.carried?.host).toEqual({ ...FILLED_IN, FutureMode: 'automatic' });
  });

  it('feeds a field of Config of a newer engine back as well', () => {
    const { plan, carried, refused } = clone({ config: { FutureFlag: true } });
    expect({ carried, refused }).toEqual({ carried: [], refused: [] });
    expect(createBody(plan)).toMatchObject({ FutureFlag: true });
  });

  it('carries a network that was connected by hand, with what was fixed on it and not what the engine made of it', () => {
    const other = {
      NetworkID: 'o'.repeat(64),
      Aliases: ['second', 'c'.repeat(12)],
      IPAMConfig: { IPv4Address: '10.9.0.5' },
      IPAddress: '10.9.0.5',
      MacAddress: '02:42:0a:09:00:05',
      DNSNames: ['x'],
      GwPriority: 0,
    };
    const { plan, carried } = clone({ networks: { other } });
    expect(carried).toEqual(['Networks.other']);
    expect(createBody(plan).NetworkingConfig.EndpointsConfig[other.NetworkID]).toEqual({
      Aliases: ['second'],
      IPAMConfig: { IPv4Address: '10.9.0.5' },
    });
  });

  it('carries an address that was fixed by hand on a network of the plan', () => {
    const isolated = { NetworkID: NET, Aliases: ['agent.internal'], IPAMConfig: { IPv4Address: '10.0.0.9' } };
    const { plan, carried } = clone({ networks: { isolated } });
    expect(carried).toEqual(['Networks.isolated']);
    expect(plan.networks).toEqual(wanted.networks);
    expect(createBody(plan).NetworkingConfig.EndpointsConfig[NET]).toMatchObject({
      IPAMConfig: { IPv4Address: '10.0.0.9' },
    });
  });

  it('goes back to a network of the plan that was disconnected by hand', () => {
    const document_ = document();
    document_.NetworkSettings.Networks = {};
    const { plan, refused } = clonePlan(document_, { recorded, wanted });
    expect(refused).toEqual([]);
    expect(plan.networks).toEqual(wanted.networks);
  });

  it('mounts an image’s own volume by its name', () => {
    const anonymous = { Type: 'volume', Name: 'f'.repeat(64), Destination: '/data', RW: true };
    const { plan, carried } = clone({ mounts: [anonymous] });
    expect(carried).toEqual(['Mounts./data']);
    expect(plan.mounts.at(-1)).toEqual({ type: 'volume', source: anonymous.Name, target: '/data', readOnly: false });
  });

  it('keeps what an earlier replacement carried', () => {
    const earlier: ContainerSpec = { ...recorded, carried: { host: { CpuShares: 512 }, endpoints: {} } };
    const { plan, carried } = clonePlan(document({ host: { CpuShares: 512 } }), {
      recorded: earlier,
      wanted: { ...wanted, carried: { host: { CpuShares: 512 }, endpoints: {} } },
    });
    expect(carried).toEqual([]);
    expect(plan.carried?.host).toEqual({ ...FILLED_IN, CpuShares: 512 });
  });
});

describe('differences', () => {
  it('names what an engine left out of a plan', () => {
    const plan: ContainerSpec = { ...recorded, carried: { host: { FutureMode: 'automatic' }, endpoints: {} } };
    expect(differences(document(), plan).map(({ field }) => field)).toEqual(['HostConfig.FutureMode']);
  });

  it.each([null, '', 0, false, [], {}])(
    'says nothing of a field of a newer engine that is at its default: %j',
    (none) => {
      const plan: ContainerSpec = { ...recorded, carried: { host: { FutureMode: none }, endpoints: {} } };
      expect(differences(document(), plan)).toEqual([]);
    },
  );
});
