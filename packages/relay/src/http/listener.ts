import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

export interface Endpoint {
  host: string;
  port: number;
}

/** Listens on exactly that address. @returns where it listens, as `address:port` */
export const listen = async (server: Server, endpoint: Endpoint): Promise<string> => {
  server.listen({ host: endpoint.host, port: endpoint.port, exclusive: true });
  await once(server, 'listening');
  const { address, port } = server.address() as AddressInfo;
  return `${address}:${port}`;
};

interface Closable extends Server {
  closeAllConnections?(): void;
  closeIdleConnections?(): void;
}

const IDLE_CHECK_MS = 50;

/** Takes no more connections, lets what is under way end, and cuts off what is left after `graceMs`. */
export const closeServer = async (server: Closable, graceMs: number, cutOff: () => void = () => {}): Promise<void> => {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  const idle = setInterval(() => server.closeIdleConnections?.(), IDLE_CHECK_MS);
  const grace = setTimeout(() => {
    cutOff();
    server.closeAllConnections?.();
  }, graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(grace);
};
