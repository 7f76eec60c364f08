import type { ContainerSpec, NetworkState } from '@nemoclaw/plugin-api';
import type { createWorld } from './world.ts';

export interface FullSpec {
  spec: ContainerSpec;
  volume: string;
  isolated: NetworkState;
  egress: NetworkState;
}

/** A plan with every field of the contract in it; networks from `<prefix>.0/28` on, the first with `<prefix>.9` fixed. */
export const fullSpec = async (world: ReturnType<typeof createWorld>, prefix: string): Promise<FullSpec> => {
  const isolated = await world.network('isolated', [`${prefix}.0/28`]);
  const egress = await world.network('egress', [`${prefix}.16/28`]);
  const volume = await world.volume();
  const spec: ContainerSpec = {
    name: world.name('full'),
    labels: { ...world.labels, extra: 'l' },
    image: (await world.driver.findImage(await world.image()))?.id ?? '',
    entrypoint: ['/usr/bin/env'],
    command: ['sleep', '600'],
    env: { A: 'b=c', EMPTY: '' },
    user: '64101:64101',
    workingDir: '/var',
    hostname: 'fixed',
    networks: [
      { network: isolated.id, aliases: ['one.internal', 'two.internal'], ipv4: `${prefix}.9` },
      { network: egress.id, aliases: [] },
    ],
    extraHosts: { 'host.test.internal': `${prefix}.17` },
    mounts: [
      { type: 'volume', source: volume, target: '/v', readOnly: true },
      { type: 'tmpfs', target: '/t', sizeBytes: 1 << 20, mode: 0o700, uid: 64101, gid: 64102, exec: true },
    ],
    devices: [{ pathOnHost: '/dev/null', pathInContainer: '/dev/other', permissions: 'rw' }],
    deviceRequests: [],
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
  return { spec, volume, isolated, egress };
};
