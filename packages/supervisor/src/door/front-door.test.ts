import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sight } from '../listener/verified.ts';
import { FRONT_DOOR_PASS } from '../protocol.ts';
import { type DoorTarget, FrontDoor, type FrontDoorLimits } from './front-door.ts';

/** A gateway that echoes in upper case, and a gate that the test opens and shuts. */
class Fake implements DoorTarget {
  inode: string | undefined;
  seen: Sight = 'same';
  lostInodes: string[] = [];
  connections = 0;
  received = '';
  private tell: () => void = () => {};
  readonly server = createServer({ allowHalfOpen: true }, (socket) => {
    this.connections += 1;
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      this.received += chunk;
      socket.write(String(chunk).toUpperCase());
    });
    socket.on('end', () => socket.end('bye'));
  });
  verified = () => this.inode;
  sight = async () => this.seen;
  lost = (inode: string) => {
    this.lostInodes.push(inode);
    this.inode = undefined;
  };
  onOpen = (tell: () => void) => {
    this.tell = tell;
    return () => true;
  };
  port = () => (this.server.address() as { port: number } | null)?.port ?? 1;
  open(inode: string) {
    this.inode = inode;
    this.tell();
  }
}

let fake: Fake;
let door: FrontDoor;
let port: number;
const clients: Socket[] = [];

const LIMITS: FrontDoorLimits = { holdMs: 60_000, held: 2, passing: 4, reaching: 1, sweepMs: 10 };
const start = async (limits = LIMITS) => {
  fake = new Fake();
  fake.server.listen(0, '127.0.0.1');
  await once(fake.server, 'listening');
  door = new FrontDoor(fake, limits);
  port = await door.listen(0, '127.0.0.1');
};
const client = async (): Promise<Socket> => {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  clients.push(socket);
  await once(socket, 'connect');
  return socket;
};
const closed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('close', () => resolve()));
const until = async (probe: () => boolean) => {
  while (!probe()) await new Promise((resolve) => setImmediate(resolve));
};
const read = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text));
    socket.on('end', () => resolve(text));
  });

beforeEach(() => start());
afterEach(async () => {
  for (const socket of clients.splice(0)) socket.destroy();
  await door.close();
  await new Promise((resolve) => fake.server.close(resolve));
});

describe('FrontDoor', () => {
  it('passes to a verified gateway, says so first, and passes each half’s end on', async () => {
    fake.inode = '1';
    const socket = await client();
    const answer = read(socket);
    socket.end('hello');
    expect(await answer).toBe(`${FRONT_DOOR_PASS}HELLObye`);
    expect(door.counts()).toEqual({ passed: 1, held: 0, refused: 0 });
  });

  it('holds while nobody is verified, and connects to nobody', async () => {
    const socket = await client();
    socket.write('early');
    await until(() => door.counts().held === 1);
    expect(fake.connections).toBe(0);
    const answer = read(socket);
    fake.open('1');
    await until(() => fake.received === 'early');
    socket.end();
    expect(await answer).toBe(`${FRONT_DOOR_PASS}EARLYbye`);
  });

  it('sends not one byte to a listener that is another after connect, and holds on', async () => {
    fake.seen = 'gone';
    fake.inode = '1';
    const socket = await client();
    let answered = '';
    socket.on('data', (chunk) => {
      answered += chunk;
    });
    socket.write('secret');
    await until(() => fake.lostInodes.length === 1);
    expect(fake.connections).toBe(1);
    expect(fake.received).toBe('');
    expect(answered).toBe('');
    expect(door.counts()).toEqual({ passed: 0, held: 1, refused: 0 });
    fake.seen = 'same';
    fake.open('2');
    await until(() => fake.received === 'secret');
  });

  it('refuses more than it may hold', async () => {
    await client();
    await client();
    await until(() => door.counts().held === 2);
    const third = connect({ port, host: '127.0.0.1' });
    third.on('error', () => {});
    await closed(third);
    expect(door.counts()).toEqual({ passed: 0, held: 2, refused: 1 });
  });

  it('refuses more than it may pass, and takes the next one when one has ended', async () => {
    fake.inode = '1';
    const passed = [];
    for (let count = 1; count <= LIMITS.passing; count += 1) {
      passed.push(await client());
      await until(() => door.counts().passed === count);
    }
    const more = connect({ port, host: '127.0.0.1' });
    more.on('error', () => {});
    await closed(more);
    expect(door.counts()).toEqual({ passed: 4, held: 0, refused: 1 });
    passed[0]?.end();
    await closed(passed[0]!.resume());
    await client();
    await until(() => door.counts().passed === 5);
  });

  it('takes a look that failed for no look: the listener is not given up, and the client goes on waiting', async () => {
    fake.seen = 'unknown';
    fake.inode = '1';
    const socket = await client();
    socket.write('patient');
    await until(() => fake.connections === 2);
    expect(fake.lostInodes).toEqual([]);
    expect(fake.received).toBe('');
    fake.seen = 'same';
    await until(() => fake.received === 'patient');
  });

  it('lets no more of them try at a time than the gateway can take', async () => {
    const waiting = [await client(), await client()];
    await until(() => door.counts().held === 2);
    let most = 0;
    let looking = 0;
    fake.sight = async () => {
      most = Math.max(most, ++looking);
      await new Promise((resolve) => setImmediate(resolve));
      looking -= 1;
      return 'same';
    };
    fake.open('1');
    await until(() => door.counts().passed === waiting.length);
    expect(most).toBe(LIMITS.reaching);
  });

  it('drops a client that hangs up, without having read from it', async () => {
    const socket = await client();
    socket.write('never read');
    await until(() => door.counts().held === 1);
    socket.destroy();
    await until(() => door.counts().held === 0);
    fake.open('1');
    expect(fake.connections).toBe(0);
  });

  it('gives up a client at the bound', async () => {
    await door.close();
    await new Promise((resolve) => fake.server.close(resolve));
    await start({ ...LIMITS, holdMs: 20 });
    await closed(await client());
    expect(door.counts()).toEqual({ passed: 0, held: 0, refused: 1 });
  });
});
