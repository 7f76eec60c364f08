/**
 * Numbers and paths inside sandbox images. Fixed for ever: volumes outlive images.
 */
export const IDS = {
  /** uid and gid of the agent's gateway process. */
  gateway: 64101,
  /** uid and gid of the agent's tools, of `exec` and of `connect`. */
  tools: 64102,
  /** uid and gid of the relay. */
  relay: 64103,
  /** Group that shares the workspace. */
  workspace: 64110,
} as const;

export const PATHS = {
  node: '/opt/node/bin/node',
  setpriv: '/usr/bin/setpriv',
  /** Prints one line of JSON about devices and `cuInit(0)`; part of the base image. */
  gpuProof: '/opt/nemoclaw/bin/gpu-proof',
  supervisor: '/opt/nemoclaw/supervisor.mjs',
  relay: '/opt/nemoclaw/relay.mjs',
  /** Sealed volume, mounted read-only in the agent container. */
  sealed: '/etc/nemoclaw',
  supervisorConfig: '/etc/nemoclaw/supervisor.json',
  /** Certificate of the sandbox's CA, readable by all. */
  sandboxCa: '/etc/nemoclaw/ca.pem',
  /** Folder for the agent's sealed files, root:gateway 0750. */
  sealedAgent: '/etc/nemoclaw/agent',
  /** Folder for sealed files of the tools' process, root:tools 0750. */
  sealedTools: '/etc/nemoclaw/tools',
  /** System roots and sandbox CA in one file; written by the supervisor at start. */
  caBundle: '/run/nemoclaw-public/ca-bundle.pem',
  control: '/run/nemoclaw/control.sock',
  gatewayHome: '/home/gateway',
  toolsHome: '/home/tools',
  workspace: '/workspace',
  relayConfigDir: '/etc/nemoclaw-relay',
  relayConfig: '/etc/nemoclaw-relay/relay.json',
  relayControl: '/run/nemoclaw/relay.sock',
} as const;

export const PORTS = {
  /** Where the supervisor's front door listens in the agent container. */
  frontDoor: 18000,
  /** Where the relay listens for ingress in its own container. */
  ingress: 18001,
  inference: 443,
  egressProxy: 3128,
} as const;

/** Names by which sandbox containers find one another on the sandbox network. */
export const ALIASES = {
  agent: 'agent.nemoclaw.internal',
  inference: 'inference.local',
  egress: 'egress.nemoclaw.internal',
} as const;

/** Names of the host, for relay and helper containers only. */
export const HOST_NAMES = ['host.nemoclaw.internal', 'host.openshell.internal', 'host.docker.internal'] as const;

export const LABELS = {
  managed: 'ai.nemoclaw.managed',
  home: 'ai.nemoclaw.home',
  sandbox: 'ai.nemoclaw.sandbox',
  sandboxId: 'ai.nemoclaw.sandbox-id',
  role: 'ai.nemoclaw.role',
  generation: 'ai.nemoclaw.generation',
  operation: 'ai.nemoclaw.operation',
} as const;

export type Role = 'agent' | 'relay' | 'probe' | 'backup' | 'staging' | 'model' | 'forward' | 'helper';

/**
 * What the front door writes to a connection at the moment it is passed on to the verified gateway; the relay reads it
 * away. Until then no byte goes either way, so the relay knows that nothing was delivered.
 */
export const FRONT_DOOR_PASS = 'NEMOCLAW/1 pass\n';

/** What the names of a plugin's own volumes begin with; only such volumes may it mount (read-only) through a plan patch. */
export const pluginVolumePrefix = (packageName: string): string =>
  `nemoclaw-plugin-${packageName.replace(/^@/, '').replaceAll('/', '.')}.`;
