import { isIPv4 } from 'node:net';
import { type ContainerSpec, LABELS, type Labels } from '@nemoclaw/plugin-api';
import { MODEL } from './model.ts';

export interface ModelContainerOptions {
  name: string;
  image: string;
  /** Default 8080. */
  port?: number;
  /** An address of this host that the LAN does not reach: loopback (default) or the gateway of a docker network. */
  host?: string;
  /** Another size than the model's own (`MODEL.contextTokens`); a larger one costs about 24 kB of memory a token. */
  contextTokens?: number;
  labels?: Labels;
}

const MIB = 1024 ** 2;

/**
 * The model's container: on the host's network like any local model server, bound to one address of the host's.
 * @throws RangeError for an address that means every interface, or none in particular.
 */
export function modelContainer(options: ModelContainerOptions): ContainerSpec {
  const host = options.host ?? '127.0.0.1';
  if (!isIPv4(host) || host === '0.0.0.0')
    throw new RangeError(`The model server binds one IPv4 address of this host, not "${host}"`);
  return {
    name: options.name,
    labels: { [LABELS.managed]: 'true', ...options.labels, [LABELS.role]: 'model' },
    image: options.image,
    command: ['--host', host, '--port', `${options.port ?? 8080}`, ...contextArgs(options.contextTokens)],
    env: {},
    networks: [{ network: 'host', aliases: [] }],
    extraHosts: {},
    mounts: [{ type: 'tmpfs', target: '/tmp', sizeBytes: 64 * MIB }],
    devices: [],
    deviceRequests: [],
    groups: [],
    capDrop: ['ALL'],
    capAdd: [],
    securityOpt: ['no-new-privileges'],
    sysctls: {},
    readOnlyRoot: true,
    init: true,
    limits: { memoryBytes: 1024 * MIB, pids: 128 },
    restartPolicy: 'unless-stopped',
    ports: [],
    tty: false,
    openStdin: false,
    logMaxBytes: 10 * MIB,
  };
}

/** The last size that is named counts. The server gives no request more than the model says it was trained with, so that is said anew too. */
const contextArgs = (tokens: number | undefined): string[] =>
  tokens === undefined
    ? []
    : ['--ctx-size', `${tokens}`, '--override-kv', `llama.context_length=int:${Math.max(tokens, MODEL.contextTokens)}`];
