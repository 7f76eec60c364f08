import { createHash } from 'node:crypto';
import { type AgentConfigOutput, ALIASES, type FileEntry, IDS, PATHS, PORTS } from '@nemoclaw/plugin-api';
import type { AllowedCall, RelayConfig } from '@nemoclaw/relay/protocol';
import { STATE_LOCK_FILE, type SupervisorConfig } from '@nemoclaw/supervisor/protocol';

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');

const file = (path: string, content: string, owner: { uid: number; gid: number }, mode: number): FileEntry => ({
  path,
  type: 'file',
  content,
  mode,
  ...owner,
});
const folder = (path: string, owner: { uid: number; gid: number }, mode: number): FileEntry => ({
  path,
  type: 'directory',
  mode,
  ...owner,
});

const ROOT = { uid: 0, gid: 0 };
const ROOT_FOR_GATEWAY = { uid: 0, gid: IDS.gateway };
const ROOT_FOR_TOOLS = { uid: 0, gid: IDS.tools };

/** Name of the root-owned file whose presence shows that a volume is the one that was filled, not one re-created empty. */
export const NONCE_FILE = '.nemoclaw-nonce';

const nonce = (value: string): FileEntry => file(NONCE_FILE, `${value}\n`, ROOT, 0o400);

/** Sealed volume: root's own, readable for the gateway where it must be, mounted read-only in the agent container. */
export const sealedFiles = (input: {
  sandboxId: string;
  generation: string;
  groups: number[];
  agent: AgentConfigOutput;
  caPem: string;
  nonce: string;
  /** The supervisor's own default when absent. */
  healthEveryMs?: number;
}): FileEntry[] => {
  const tools = input.agent.sealedTools ?? [];
  const supervisor: SupervisorConfig = {
    version: 1,
    sandboxId: input.sandboxId,
    generation: input.generation,
    runtime: input.agent.runtime,
    groups: input.groups,
    sealedHashes: Object.fromEntries(
      input.agent.sealed.map((entry) => [`${PATHS.sealedAgent}/${entry.path}`, sha256(entry.content)]),
    ),
    ...(tools.length === 0
      ? {}
      : {
          sealedToolsHashes: Object.fromEntries(
            tools.map((entry) => [`${PATHS.sealedTools}/${entry.path}`, sha256(entry.content)]),
          ),
        }),
    frontDoorPort: PORTS.frontDoor,
    stateDir: PATHS.gatewayHome,
    ...(input.healthEveryMs === undefined ? {} : { healthEveryMs: input.healthEveryMs }),
  };
  return [
    folder('.', ROOT, 0o755),
    nonce(input.nonce),
    file('supervisor.json', `${JSON.stringify(supervisor, null, 2)}\n`, ROOT, 0o400),
    file('ca.pem', input.caPem, ROOT, 0o444),
    folder('agent', ROOT_FOR_GATEWAY, 0o750),
    ...input.agent.sealed.map((entry) => file(`agent/${entry.path}`, entry.content, ROOT_FOR_GATEWAY, 0o640)),
    folder('tools', ROOT_FOR_TOOLS, 0o750),
    ...tools.map((entry) => file(`tools/${entry.path}`, entry.content, ROOT_FOR_TOOLS, 0o640)),
  ];
};

/** State volume, mounted at the gateway's home. Sticky, so that root's lock and nonce can't be taken away by the gateway. */
export const stateFiles = (input: { agent: AgentConfigOutput; nonce: string }): FileEntry[] => [
  folder('.', ROOT_FOR_GATEWAY, 0o1770),
  nonce(input.nonce),
  file(STATE_LOCK_FILE, '', ROOT, 0o600),
  ...input.agent.initialState,
];

/** Workspace that gateway and tools share through a group. */
export const workspaceFiles = (input: { nonce: string }): FileEntry[] => [
  folder('.', { uid: IDS.gateway, gid: IDS.workspace }, 0o3770),
  nonce(input.nonce),
];

/** The tools' home: outlives the container, since the credential by which the tools' process is known stays in it. */
export const toolsFiles = (input: { agent: AgentConfigOutput; nonce: string }): FileEntry[] => [
  folder('.', ROOT_FOR_TOOLS, 0o1770),
  nonce(input.nonce),
  ...(input.agent.initialTools ?? []),
];

export interface RelayFilesInput {
  sandboxId: string;
  provider: {
    id: string;
    baseUrl: string;
    auth: { kind: 'none' } | { kind: 'bearer' } | { kind: 'header'; header: string };
    headers: Record<string, string>;
    allowed: AllowedCall[];
  };
  credential: string | undefined;
  certificate: { certPem: string; keyPem: string };
  subnets: { sandbox: string; egress: string };
  holdMs: number | 'off';
  nonce: string;
}

/** Everything that the relay may know: its configuration, the provider's key, its certificate; all of it its own uid's, 0400. */
export const relayFiles = (input: RelayFilesInput): FileEntry[] => {
  const owner = { uid: IDS.relay, gid: IDS.relay };
  const credential = input.provider.auth.kind === 'none' ? undefined : input.credential;
  const auth: RelayConfig['inference']['provider']['auth'] =
    input.provider.auth.kind === 'none' || credential === undefined
      ? { kind: 'none' }
      : { ...input.provider.auth, keyFile: 'provider.key' };
  const config: RelayConfig = {
    version: 1,
    sandboxId: input.sandboxId,
    inference: {
      port: PORTS.inference,
      certificateFile: 'leaf.pem',
      keyFile: 'leaf.key',
      provider: {
        id: input.provider.id,
        baseUrl: input.provider.baseUrl,
        auth,
        headers: input.provider.headers,
        allowed: input.provider.allowed,
      },
      limits: {
        bodyBytes: 32 << 20,
        concurrent: 32,
        headersTimeoutMs: 600_000,
        idleTimeoutMs: 300_000,
        totalTimeoutMs: 1_800_000,
      },
    },
    ingress: {
      port: PORTS.ingress,
      target: { host: ALIASES.agent, port: PORTS.frontDoor },
      holdMs: input.holdMs,
      concurrent: 512,
      bodyBytes: 32 << 20,
    },
    egress: { port: PORTS.egressProxy, mode: 'closed' },
    interfaces: input.subnets,
  };
  return [
    folder('.', owner, 0o500),
    nonce(input.nonce),
    file('relay.json', `${JSON.stringify(config, null, 2)}\n`, owner, 0o400),
    file('leaf.pem', input.certificate.certPem, owner, 0o400),
    file('leaf.key', input.certificate.keyPem, owner, 0o400),
    ...(credential === undefined ? [] : [file('provider.key', credential, owner, 0o400)]),
  ];
};
