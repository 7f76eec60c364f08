import { BlockList, connect, createServer, isIPv4, type Socket } from 'node:net';
import { closeServer, type Endpoint, listen } from './http/listener.ts';
import { type Log, reasonOf } from './log.ts';

const MAX_CONNECTIONS = 256;
const CONNECT_TIMEOUT_MS = 5_000;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');

/** The command line's addresses do not describe a forward that may be made. */
class ForwardRefused extends Error {
  override readonly name = 'ForwardRefused';
}

const endpoint = (text: string, option: string): Endpoint => {
  const [host = '', port = '', ...rest] = text.split(':');
  if (rest.length > 0 || !isIPv4(host) || !/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new ForwardRefused(`${option} must be ADDRESS:PORT with an IPv4 address, not ${JSON.stringify(text)}`);
  }
  return { host, port: Number(port) };
};

/** Reads `--listen` and `--to`. @throws ForwardRefused */
export const parseForward = (listenOn: string, to: string): { from: Endpoint; to: Endpoint } => {
  const from = endpoint(listenOn, '--listen');
  const target = endpoint(to, '--to');
  // All addresses of the host would offer the loopback service to every network the host is on.
  if (from.host === '0.0.0.0') throw new ForwardRefused('--listen must be one address, not all of them');
  if (!loopback.check(target.host, 'ipv4') || target.port === 0) {
    throw new ForwardRefused('--to must be a port on the loopback address');
  }
  return { from, to: target };
};

const join = (client: Socket, server: Socket): void => {
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const) {
    one.on('error', () => other.destroy());
    one.once('close', () => other.destroySoon());
    one.pipe(other);
  }
};

/**
 * Passes connections on `from` to `to`, byte for byte: gives relays a way to a model server that binds loopback only.
 * Sandboxes with one provider share its port: whoever comes second stands by, and takes over when the first is gone.
 */
export const startForward = async (
  from: Endpoint,
  to: Endpoint,
  log: Log,
  retryMs = 1_000,
): Promise<{ address: string; close(graceMs: number): Promise<void> }> => {
  const clients = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    clients.add(client);
    client.once('close', () => clients.delete(client));
    const target = connect({ ...to, allowHalfOpen: true, noDelay: true });
    target.setTimeout(CONNECT_TIMEOUT_MS, () => target.destroy());
    target.once('connect', () => target.setTimeout(0));
    target.once('error', (error) => {
      log('forward_failed', { error: reasonOf(error) });
      client.resetAndDestroy();
    });
    join(client, target);
  });
  server.maxConnections = MAX_CONNECTIONS;
  let standby: NodeJS.Timeout | undefined;
  const begin = async (): Promise<string> => {
    const address = await listen(server, from);
    log('forwarding', { from: address, to: `${to.host}:${to.port}` });
    return address;
  };
  const standBy = (error: unknown): string => {
    if (reasonOf(error) !== 'EADDRINUSE') throw error;
    if (!standby) log('standing_by', { from: `${from.host}:${from.port}` });
    standby = setTimeout(() => void begin().catch(standBy), retryMs);
    return `${from.host}:${from.port}`;
  };
  return {
    address: await begin().catch(standBy),
    async close(graceMs) {
      clearTimeout(standby);
      await closeServer(server, graceMs, () => {
        for (const client of clients) client.destroy();
      });
    },
  };
};
