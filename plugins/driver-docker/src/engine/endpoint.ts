import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '@nemoclaw/plugin-api';

/** Where the engine listens, and how it was found (for messages). */
export type Endpoint =
  | { kind: 'socket'; path: string; source: string }
  | { kind: 'tcp'; host: string; port: number; tls?: { ca: Buffer; cert: Buffer; key: Buffer }; source: string };

export interface EndpointProbes {
  exists(path: string): boolean;
  read(path: string): Buffer;
  home(): string;
}

const onThisHost: EndpointProbes = { exists: existsSync, read: (path) => readFileSync(path), home: homedir };

const DEFAULT_SOCKET = '/var/run/docker.sock';

/**
 * `DOCKER_HOST` (`unix://`, `tcp://`) or the first socket that is there: the system's, the rootless one, Docker
 * Desktop's. Docker contexts are not read. Throws ENGINE_ERROR for a scheme that is not spoken (`ssh://`, `npipe://`).
 */
export const resolveEndpoint = (
  env: Readonly<Record<string, string | undefined>>,
  probes: EndpointProbes = onThisHost,
): Endpoint => {
  const setting = env.DOCKER_HOST;
  return setting ? fromSetting(setting, env, probes) : { kind: 'socket', ...findSocket(env, probes) };
};

const findSocket = (
  env: Readonly<Record<string, string | undefined>>,
  { exists, home }: EndpointProbes,
): { path: string; source: string } => {
  const runtimeDir = env.XDG_RUNTIME_DIR;
  const candidates = [
    { path: DEFAULT_SOCKET, source: 'default' },
    ...(runtimeDir ? [{ path: join(runtimeDir, 'docker.sock'), source: 'rootless' }] : []),
    { path: join(env.HOME ?? home(), '.docker', 'run', 'docker.sock'), source: 'Docker Desktop' },
  ];
  return candidates.find(({ path }) => exists(path)) ?? { path: DEFAULT_SOCKET, source: 'default' };
};

const refuse = (setting: string, why: string): CodedError =>
  new CodedError('ENGINE_ERROR', {
    message: `DOCKER_HOST=${setting} can't be used: ${why}.`,
    hint: 'Set DOCKER_HOST to unix:///path/to/docker.sock or tcp://host:port, or unset it.',
    details: { operation: 'connect', object: setting },
  });

const fromSetting = (
  setting: string,
  env: Readonly<Record<string, string | undefined>>,
  { read, home }: EndpointProbes,
): Endpoint => {
  if (setting.startsWith('unix://')) {
    return { kind: 'socket', path: setting.slice('unix://'.length) || DEFAULT_SOCKET, source: 'DOCKER_HOST' };
  }
  if (!URL.canParse(setting)) throw refuse(setting, 'it is not a URL');
  const url = new URL(setting);
  if (url.protocol !== 'tcp:') throw refuse(setting, `${url.protocol}// is not spoken here`);
  if (url.hostname === '') throw refuse(setting, 'it names no host');
  const port = Number(url.port || '2375');
  const secure = Boolean(env.DOCKER_TLS_VERIFY) || port === 2376;
  if (!secure) return { kind: 'tcp', host: url.hostname, port, source: 'DOCKER_HOST' };
  const folder = env.DOCKER_CERT_PATH ?? join(env.HOME ?? home(), '.docker');
  try {
    const tls = {
      ca: read(join(folder, 'ca.pem')),
      cert: read(join(folder, 'cert.pem')),
      key: read(join(folder, 'key.pem')),
    };
    return { kind: 'tcp', host: url.hostname, port, tls, source: 'DOCKER_HOST' };
  } catch {
    throw refuse(setting, `its TLS needs ca.pem, cert.pem and key.pem in ${folder}`);
  }
};

/** As a person would write it: `unix:///var/run/docker.sock`, `tcp://host:2375`. */
export const endpointName = (endpoint: Endpoint): string =>
  endpoint.kind === 'socket' ? `unix://${endpoint.path}` : `tcp://${endpoint.host}:${endpoint.port}`;
