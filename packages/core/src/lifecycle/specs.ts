import { ALIASES, type ContainerSpec, HOST_NAMES, IDS, type Labels, PATHS, PORTS } from '@nemoclaw/plugin-api';
import { supervisorCommand } from '@nemoclaw/supervisor/protocol';
import { hostnameOf, objectNames } from './names.ts';

const base = {
  extraHosts: {},
  devices: [],
  deviceRequests: [],
  groups: [],
  capDrop: ['ALL'],
  capAdd: [],
  securityOpt: ['no-new-privileges'],
  sysctls: {},
  readOnlyRoot: true,
  init: true,
  ports: [],
  tty: false,
  openStdin: false,
  logMaxBytes: 10 * 1024 * 1024,
} satisfies Partial<ContainerSpec>;

/** Never started: it has a name, so that nobody else can have it meanwhile. A throw-away by its labels. */
export const standInSpec = (input: { name: string; labels: Labels; image: string }): ContainerSpec => ({
  ...base,
  ...input,
  command: [],
  env: {},
  networks: [],
  mounts: [],
  limits: { memoryBytes: 64 << 20, pids: 16 },
  restartPolicy: 'no',
});

export interface AgentSpecInput {
  sandbox: { id: string; name: string };
  labels: Labels;
  image: string;
  networkId: string;
  memoryBytes: number;
}

/** The create plan of the agent container before plugins have their say. Root only for the supervisor, with three capabilities. */
export const agentSpec = (input: AgentSpecInput): ContainerSpec => {
  const names = objectNames(input.sandbox.name, input.sandbox.id);
  return {
    ...base,
    name: names.agent,
    labels: input.labels,
    image: input.image,
    entrypoint: [],
    command: supervisorCommand(),
    env: { LANG: 'C.UTF-8', PATH: '/opt/node/bin:/usr/local/bin:/usr/bin:/bin' },
    user: '0:0',
    workingDir: '/',
    hostname: hostnameOf(input.sandbox.id),
    networks: [{ network: input.networkId, aliases: [ALIASES.agent] }],
    mounts: [
      { type: 'volume', source: names.volumes.sealed, target: PATHS.sealed, readOnly: true },
      { type: 'volume', source: names.volumes.state, target: PATHS.gatewayHome, readOnly: false },
      { type: 'volume', source: names.volumes.workspace, target: PATHS.workspace, readOnly: false },
      { type: 'volume', source: names.volumes.tools, target: PATHS.toolsHome, readOnly: false },
      { type: 'tmpfs', target: '/run', sizeBytes: 16 << 20, mode: 0o755 },
      { type: 'tmpfs', target: '/tmp', sizeBytes: 512 << 20, mode: 0o1777, exec: true },
    ],
    capAdd: ['SETUID', 'SETGID', 'KILL'],
    limits: { memoryBytes: input.memoryBytes, pids: 512 },
    restartPolicy: 'unless-stopped',
  };
};

export interface RelaySpecInput {
  sandbox: { id: string; name: string };
  labels: Labels;
  image: string;
  networkId: string;
  egressId: string;
  hostAddress: string;
  ingressPort: number;
}

/** Names of the host → the address that reaches it from egress. */
export const hostEntries = (hostAddress: string): Record<string, string> =>
  Object.fromEntries(HOST_NAMES.map((name) => [name, hostAddress]));

/** The only way in and out of a sandbox: not root, no capability, nothing writable. */
export const relaySpec = (input: RelaySpecInput): ContainerSpec => {
  const names = objectNames(input.sandbox.name, input.sandbox.id);
  return {
    ...base,
    name: names.relay,
    labels: input.labels,
    image: input.image,
    entrypoint: [],
    command: [PATHS.node, PATHS.relay, 'run'],
    env: { LANG: 'C.UTF-8', PATH: '/opt/node/bin:/usr/bin:/bin' },
    user: `${IDS.relay}:${IDS.relay}`,
    workingDir: '/',
    hostname: 'relay',
    networks: [
      { network: input.networkId, aliases: [ALIASES.inference, ALIASES.egress] },
      { network: input.egressId, aliases: [] },
    ],
    extraHosts: hostEntries(input.hostAddress),
    mounts: [
      { type: 'volume', source: names.volumes.relay, target: PATHS.relayConfigDir, readOnly: true },
      { type: 'tmpfs', target: '/run/nemoclaw', sizeBytes: 1 << 20, mode: 0o700, uid: IDS.relay, gid: IDS.relay },
      { type: 'tmpfs', target: '/tmp', sizeBytes: 16 << 20, mode: 0o1777 },
    ],
    sysctls: { 'net.ipv4.ip_forward': '0' },
    limits: { memoryBytes: 512 << 20, pids: 64, nofile: 8_192 },
    restartPolicy: 'unless-stopped',
    ports: [{ containerPort: PORTS.ingress, hostPort: input.ingressPort }],
  };
};

export interface ForwardSpecInput {
  sandbox: { id: string; name: string };
  labels: Labels;
  image: string;
  listenAddress: string;
  port: number;
}

/** Passes one port of the egress gateway's address on to the same port of the host's loopback; asked for with `--forward`. */
export const forwardSpec = (input: ForwardSpecInput): ContainerSpec => ({
  ...base,
  name: objectNames(input.sandbox.name, input.sandbox.id).forward,
  labels: input.labels,
  image: input.image,
  entrypoint: [],
  command: [
    PATHS.node,
    PATHS.relay,
    'forward',
    '--listen',
    `${input.listenAddress}:${input.port}`,
    '--to',
    `127.0.0.1:${input.port}`,
  ],
  env: { LANG: 'C.UTF-8', PATH: '/opt/node/bin:/usr/bin:/bin' },
  user: `${IDS.relay}:${IDS.relay}`,
  workingDir: '/',
  networks: [{ network: 'host', aliases: [] }],
  mounts: [],
  limits: { memoryBytes: 256 << 20, pids: 32, nofile: 4_096 },
  restartPolicy: 'unless-stopped',
});
