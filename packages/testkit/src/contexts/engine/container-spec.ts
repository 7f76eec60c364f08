import type { ContainerSpec } from '@nemoclaw/plugin-api';

/** A container that does nothing, locked down as a sandbox is but for what a stand-in launcher needs. */
export const containerSpec = (spec: Pick<ContainerSpec, 'name' | 'image'> & Partial<ContainerSpec>): ContainerSpec => ({
  labels: {},
  command: ['/usr/bin/sleep', 'infinity'],
  env: {},
  user: '0:0',
  networks: [],
  extraHosts: {},
  mounts: [],
  devices: [],
  deviceRequests: [],
  groups: [],
  capDrop: ['ALL'],
  capAdd: ['SETUID', 'SETGID', 'KILL'],
  securityOpt: ['no-new-privileges'],
  sysctls: {},
  readOnlyRoot: true,
  init: true,
  limits: { memoryBytes: 512 * 1024 ** 2, pids: 128 },
  restartPolicy: 'no',
  ports: [],
  tty: false,
  openStdin: false,
  logMaxBytes: 1024 ** 2,
  ...spec,
});
