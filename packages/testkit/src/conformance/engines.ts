import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** Where a driver is told that its engine is. */
export interface EngineAddress {
  host: string;
  port: number;
}

export interface FakeEngine extends EngineAddress {
  /** Connections so far. */
  contacted(): number;
  close(): Promise<void>;
}

const http = (status: string, type: string, body: string): string =>
  `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`;

/** What an engine can do to a driver, for any protocol over TCP: bytes of HTTP are as wrong to the rest as any others. */
const BEHAVIOURS = {
  hangs: () => undefined,
  refuses: (socket: Socket) => socket.end(http('403 Forbidden', 'application/json', '{"message":"no"}')),
  lies: (socket: Socket) => socket.end(http('200 OK', 'text/html', '<html>not an engine</html>')),
  'hangs up': (socket: Socket) => socket.destroy(),
} satisfies Record<string, (socket: Socket) => unknown>;

export type Behaviour = keyof typeof BEHAVIOURS;

export const startFakeEngine = async (behaviour: Behaviour): Promise<FakeEngine> => {
  const sockets = new Set<Socket>();
  let contacted = 0;
  const server = createServer((socket) => {
    contacted += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (behaviour === 'hangs up') BEHAVIOURS[behaviour](socket);
    else socket.once('data', () => BEHAVIOURS[behaviour](socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    host: '127.0.0.1',
    port,
    contacted: () => contacted,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

/** A port on which nothing listens any more. */
export const absentEngine = async (): Promise<EngineAddress> => {
  const engine = await startFakeEngine('hangs');
  await engine.close();
  return { host: engine.host, port: engine.port };
};
