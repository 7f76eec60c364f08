import type { ContainerSpec, PreCreateInput } from '@nemoclaw/plugin-api';

/** A create plan as the lifecycle makes one. */
export const plan: ContainerSpec = {
  name: 'nemoclaw-demo-12345678',
  labels: { 'ai.nemoclaw.managed': 'true' },
  image: 'sha256:0',
  command: ['/opt/node/bin/node', '/opt/nemoclaw/supervisor.mjs', 'run'],
  env: { LANG: 'C.UTF-8', PATH: '/usr/bin:/bin' },
  networks: [{ network: 'n1', aliases: ['agent.nemoclaw.internal'] }],
  extraHosts: {},
  mounts: [{ type: 'volume', source: 'nemoclaw-demo-12345678-state', target: '/home/gateway', readOnly: false }],
  devices: [],
  deviceRequests: [],
  groups: [],
  capDrop: ['ALL'],
  capAdd: ['SETUID', 'SETGID', 'KILL'],
  securityOpt: ['no-new-privileges'],
  sysctls: {},
  readOnlyRoot: true,
  init: true,
  limits: { memoryBytes: 4 * 1024 ** 3, pids: 512 },
  restartPolicy: 'unless-stopped',
  ports: [],
  tty: false,
  openStdin: false,
  logMaxBytes: 10_485_760,
};

export const base = {
  sandbox: { id: '12345678-0000-4000-8000-000000000000', name: 'demo' },
  operation: 'onboard',
  agent: 'openclaw',
};
export const preCreate: PreCreateInput = { ...base, plan };
