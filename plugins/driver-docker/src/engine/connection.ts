import { Agent, type ClientRequestArgs } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import type Dockerode from 'dockerode';
import { API_FLOOR } from './budgets.ts';
import type { Endpoint } from './endpoint.ts';

/**
 * A client for exactly one request. Owning its socket is what makes abort and time-outs hold everywhere: dockerode
 * takes no signal in some calls, ignores it after a hijack, and a kept-alive socket is dead after an engine restart.
 * A fresh socket costs about 0.1 ms.
 */
export interface Connection {
  docker: Dockerode;
  destroy(): void;
  onClosed(listener: () => void): void;
}

export type Connect = () => Promise<Connection>;

export const connector = (endpoint: Endpoint): Connect => {
  let loaded: Promise<typeof Dockerode> | undefined;
  return async () => {
    loaded ??= import('dockerode').then((module) => module.default);
    return open(await loaded, endpoint);
  };
};

const open = (Docker: typeof Dockerode, endpoint: Endpoint): Connection => {
  const sockets = new Set<Duplex>();
  const listeners: (() => void)[] = [];
  let destroyed = false;
  const track = (socket: Duplex | null | undefined): void => {
    if (!socket) return;
    sockets.add(socket);
    socket.once('close', () => {
      for (const listener of listeners.splice(0)) listener();
    });
    if (destroyed) socket.destroy();
  };
  const secure = endpoint.kind === 'tcp' && endpoint.tls !== undefined;
  return {
    docker: new Docker({
      ...address(endpoint),
      version: `v${API_FLOOR}`,
      agent: secure ? tracking(TlsAgent, track) : tracking(Agent, track),
    } as Dockerode.DockerOptions),
    destroy() {
      destroyed = true;
      for (const socket of sockets) socket.destroy();
    },
    onClosed: (listener) => void listeners.push(listener),
  };
};

const tracking = (Base: typeof Agent, track: (socket: Duplex | null | undefined) => void): Agent =>
  new (class extends Base {
    override createConnection(
      options: ClientRequestArgs,
      callback?: (error: Error | null, socket: Duplex) => void,
    ): Duplex | null | undefined {
      const socket = super.createConnection(options, callback);
      track(socket);
      return socket;
    }
  })({ keepAlive: false });

/** Every field, since docker-modem fills what is absent from its own reading of the process's environment. */
const address = (endpoint: Endpoint): Record<string, unknown> => {
  const none = { socketPath: undefined, host: undefined, port: undefined, timeout: undefined, headers: {} };
  if (endpoint.kind === 'socket') return { ...none, protocol: 'http', socketPath: endpoint.path };
  return {
    ...none,
    protocol: endpoint.tls ? 'https' : 'http',
    host: endpoint.host,
    port: endpoint.port,
    pathPrefix: '/',
    ...endpoint.tls,
  };
};
