import { createHash } from 'node:crypto';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { FRONT_DOOR_PASS } from '@nemoclaw/plugin-api';
import { onLoopback } from './http.ts';

export interface TestFrontDoor {
  port: number;
  /** Connections that are held and were not passed on. */
  held: Socket[];
  /** `pass`: at once. `hold`: until passAll. `close`: without a word. `babble`: says something else. */
  mode: 'pass' | 'hold' | 'close' | 'babble';
  connections: number;
  passAll(): void;
  /** Nothing listens any more. */
  leave(): Promise<void>;
}

/** The supervisor's front door with a gateway behind it, as far as the relay can tell. */
export const startFrontDoor = async (
  listener: RequestListener,
  { mode = 'pass', port = 0 }: { mode?: TestFrontDoor['mode']; port?: number } = {},
): Promise<TestFrontDoor> => {
  const gateway = createHttpServer(listener);
  echoWebSockets(gateway);
  const pass = (socket: Socket): void => {
    socket.write(FRONT_DOOR_PASS);
    gateway.emit('connection', socket);
  };
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {}).once('close', () => open.delete(socket));
    door.connections += 1;
    switch (door.mode) {
      case 'pass':
        return pass(socket);
      case 'hold':
        door.held.push(socket);
        return;
      case 'close':
        socket.destroy();
        return;
      case 'babble':
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
        return;
    }
  });
  const door: TestFrontDoor = {
    port: await onLoopback(server, port),
    held: [],
    mode,
    connections: 0,
    passAll: () => {
      door.mode = 'pass';
      for (const socket of door.held.splice(0)) if (!socket.destroyed) pass(socket);
    },
    leave: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
  return door;
};

const GOODBYE = Buffer.from([0x88, 2, 4000 >> 8, 4000 & 0xff]);

/** Accepts any WebSocket and sends back each short masked text frame; asked to say goodbye, it does. */
const echoWebSockets = (server: Server): void => {
  server.on('upgrade', (req: { headers: Record<string, string> }, socket: Socket) => {
    const accept = createHash('sha1').update(`${req.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
    socket.on('error', () => {});
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept.digest('base64')}\r\n\r\n`,
    );
    socket.on('data', (frame) => {
      const mask = frame.subarray(2, 6);
      const payload = frame.subarray(6).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
      if ((frame[0] ?? 0) !== 0x81) socket.end();
      else if (payload.toString() === 'say goodbye') socket.end(GOODBYE);
      else socket.write(Buffer.concat([Buffer.from([0x81, payload.length]), payload]));
    });
  });
};
