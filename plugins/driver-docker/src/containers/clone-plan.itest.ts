import type { ContainerSpec } from '@nemoclaw/plugin-api';
import Docker from 'dockerode';
import { afterAll, expect, it } from 'vitest';
import { createWorld } from '../testing/world.ts';
import { compact } from './compare.ts';

const world = createWorld('clone');
const { driver } = world;
afterAll(() => world.clean());

type Raw = {
  Config: Record<string, unknown>;
  HostConfig: Record<string, unknown>;
  Image: string;
  Mounts: { Destination: string }[];
};
const raw = async (id: string): Promise<Raw> => (await driver.inspectRaw(id)) as unknown as Raw;
/** All that was asked for; what the engine makes of it on its own (addresses, paths, times) is another matter. */
const asked = ({ Config, HostConfig, Image, Mounts }: Raw) => ({
  Image,
  Config: { ...Config, Labels: undefined, Image: undefined },
  HostConfig: { ...(compact(HostConfig) as object), RestartPolicy: undefined },
  Mounts: [...Mounts].sort((a, b) => (a.Destination < b.Destination ? -1 : 1)),
});

it('makes a replacement that is the same in every field, with what was altered by hand since', async () => {
  const isolated = await world.network('isolated', ['10.214.13.0/28']);
  const egress = await world.network('egress', ['10.214.13.16/28']);
  const byHand = await world.network('isolated', ['10.214.13.32/28']);
  const volume = await world.volume();
  const image = (await driver.findImage(await world.image()))?.id ?? '';
  const recorded: ContainerSpec = {
    name: world.name('a'),
    labels: { ...world.labels, generation: 'a' },
    image,
    entrypoint: ['/usr/bin/env'],
    command: ['sleep', '600'],
    env: { A: 'b=c', EMPTY: '' },
    user: '64101:64101',
    workingDir: '/var',
    hostname: 'fixed',
    networks: [
      { network: isolated.id, aliases: ['one.internal', 'two.internal'], ipv4: '10.214.13.9' },
      { network: egress.id, aliases: [] },
    ],
    extraHosts: { 'host.test.internal': '10.214.13.17' },
    mounts: [
      { type: 'volume', source: volume, target: '/v', readOnly: true },
      { type: 'tmpfs', target: '/t', sizeBytes: 1 << 20, mode: 0o700, uid: 64101, gid: 64102, exec: true },
    ],
    devices: [{ pathOnHost: '/dev/null', pathInContainer: '/dev/other', permissions: 'rw' }],
    deviceRequests: [],
    runtime: 'runc',
    groups: [64110, 64111],
    capDrop: ['ALL'],
    capAdd: ['SETUID', 'SETGID', 'KILL'],
    securityOpt: ['no-new-privileges'],
    sysctls: { 'net.ipv4.ip_forward': '0' },
    readOnlyRoot: true,
    init: true,
    limits: { memoryBytes: 256 << 20, pids: 50, cpus: 0.5, nofile: 1024 },
    restartPolicy: 'unless-stopped',
    ports: [{ containerPort: 8080, hostPort: 0 }],
    tty: false,
    openStdin: true,
    logMaxBytes: 1 << 20,
  };
  const { id: a } = await driver.create(recorded);
  await driver.start(a);
  expect(await driver.unapplied(a, recorded)).toEqual([]);

  const docker = new Docker();
  await docker.getContainer(a).update({ CpuShares: 512, MemoryReservation: 64 << 20, CpusetCpus: '0', PidsLimit: 77 });
  await docker.getNetwork(byHand.id).connect({
    Container: a,
    EndpointConfig: { Aliases: ['by-hand'], IPAMConfig: { IPv4Address: '10.214.13.40' } },
  });

  const wanted = { ...recorded, name: world.name('b'), labels: { ...world.labels, generation: 'b' } };
  const { plan, carried, refused } = await driver.clonePlan(a, { recorded, wanted });
  expect(refused).toEqual([]);
  expect(carried).toEqual([
    'HostConfig.CpuShares',
    'HostConfig.CpusetCpus',
    'HostConfig.MemoryReservation',
    'HostConfig.PidsLimit',
    `Networks.${byHand.name}`,
  ]);

  const before = asked(await raw(a));
  const ports = (await driver.inspect(a))?.ports;
  // It takes names, addresses and ports that the other one still has: only its start would need them.
  const { id: b } = await driver.create({ ...plan, restartPolicy: 'no' });
  expect(await driver.unapplied(b, { ...plan, restartPolicy: 'no' })).toEqual([]);
  await driver.stop(a, { timeoutSeconds: 1 });
  await driver.start(b);
  const after = asked(await raw(b));
  const fixedPort = [{ HostIp: '127.0.0.1', HostPort: String(ports?.[8080]) }];
  expect(after.HostConfig).toMatchObject({ PortBindings: { '8080/tcp': fixedPort } });
  expect(after).toEqual({ ...before, HostConfig: { ...before.HostConfig, PortBindings: { '8080/tcp': fixedPort } } });

  const state = await driver.inspect(b);
  expect(state?.ports).toEqual(ports);
  const on = Object.fromEntries((state?.networks ?? []).map((network) => [network.id, network]));
  expect(Object.keys(on).sort()).toEqual([isolated.id, egress.id, byHand.id].sort());
  expect(on[isolated.id]).toMatchObject({ ipv4: '10.214.13.9', aliases: ['one.internal', 'two.internal'] });
  expect(on[byHand.id]).toMatchObject({ ipv4: '10.214.13.40', aliases: ['by-hand'] });
});
