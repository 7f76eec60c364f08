import { createServer, type IncomingMessage } from 'node:http';
import { closeServer, type Endpoint, listen } from '../http/listener.ts';
import { type Log, printable } from '../log.ts';
import type { RelayStatus } from '../protocol.ts';

export interface EgressServer {
  address: string;
  status(): RelayStatus['egress'];
  close(graceMs: number): Promise<void>;
}

const KEPT = 20;

/** Where the agent wanted to go, without path, query or user information, which may be secret. */
const destinationOf = (req: IncomingMessage): string => {
  const target = req.url ?? '';
  if (req.method === 'CONNECT') return printable(target.replace(/^.*@/, ''));
  return printable(URL.canParse(target) ? new URL(target).host : (req.headers.host ?? ''));
};

/** The proxy that HTTP(S)_PROXY points to. It is closed: every attempt is refused in one line, counted and named in the status. */
export const startEgress = async (endpoint: Endpoint, log: Log): Promise<EgressServer> => {
  let refused = 0;
  let lastRefused: string[] = [];

  const refuse = (req: IncomingMessage): string => {
    const destination = destinationOf(req) || '?';
    refused += 1;
    lastRefused = [...lastRefused.filter((known) => known !== destination), destination].slice(-KEPT);
    log('egress_refused', { destination });
    return `NemoClaw: this sandbox may not connect to ${destination}; its egress is closed.\n`;
  };
  const head = (body: string): Record<string, string> => ({
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  });

  const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000 }, (req, res) => {
    const body = refuse(req);
    res.writeHead(403, head(body)).end(body);
  });
  server.on('connect', (req: IncomingMessage, socket) => {
    socket.on('error', () => {});
    const body = refuse(req);
    const lines = Object.entries(head(body)).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 403 Forbidden\r\n${lines.join('')}\r\n${body}`, () => socket.destroy());
  });
  server.maxConnections = 128;
  const address = await listen(server, endpoint);

  return {
    address,
    status: () => ({ refused, lastRefused: [...lastRefused] }),
    close: (graceMs) => closeServer(server, graceMs),
  };
};
