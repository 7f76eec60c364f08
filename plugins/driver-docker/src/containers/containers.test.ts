import type { ContainerSpec } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { createBody } from './create-body.ts';

const spec: ContainerSpec = {
  name: 'n',
  labels: {},
  image: 'i',
  command: ['c'],
  env: {},
  networks: [],
  extraHosts: {},
  mounts: [],
  devices: [],
  deviceRequests: [],
  groups: [],
  capDrop: [],
  capAdd: [],
  securityOpt: [],
  sysctls: {},
  readOnlyRoot: false,
  init: false,
  limits: { memoryBytes: 1, pids: 1 },
  restartPolicy: 'no',
  ports: [],
  tty: false,
  openStdin: false,
  logMaxBytes: 1,
};

describe('createBody', () => {
  it('gives no network when none is asked for, never the default bridge', () => {
    expect(createBody(spec).HostConfig.NetworkMode).toBe('none');
  });

  it.each(['host', 'none'])('gives no endpoint on %s', (network) => {
    const body = createBody({ ...spec, networks: [{ network, aliases: [] }] });
    expect([body.HostConfig.NetworkMode, body.NetworkingConfig.EndpointsConfig]).toEqual([network, {}]);
  });

  it('publishes on 127.0.0.1 only, on a port of the engine’s choice for 0', () => {
    const ports = [
      { containerPort: 80, hostPort: 0 },
      { containerPort: 81, hostPort: 8081 },
    ];
    expect(createBody({ ...spec, ports }).HostConfig.PortBindings).toEqual({
      '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }],
      '81/tcp': [{ HostIp: '127.0.0.1', HostPort: '8081' }],
    });
  });

  it('keeps the image’s entrypoint when none is given and takes it away for an empty one', () => {
    expect(createBody(spec)).not.toHaveProperty('Entrypoint');
    expect(createBody({ ...spec, entrypoint: [] })).toHaveProperty('Entrypoint', []);
  });

  it('gives no swap beyond the memory', () => {
    const { Memory, MemorySwap } = createBody({ ...spec, limits: { memoryBytes: 5, pids: 1 } }).HostConfig;
    expect([Memory, MemorySwap]).toEqual([5, 5]);
  });
});
