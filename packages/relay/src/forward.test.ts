import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseForward, startForward } from './forward.ts';
import { freePort, onLoopback, portOf } from './testing/http.ts';

describe('parseForward', () => {
  it('takes one address to listen on and one loopback port', () => {
    expect(parseForward('172.20.0.1:11434', '127.0.0.1:11434')).toEqual({
      from: { host: '172.20.0.1', port: 11434 },
      to: { host: '127.0.0.1', port: 11434 },
    });
  });

  it.each([
    ['0.0.0.0:1', '127.0.0.1:2'],
    ['localhost:1', '127.0.0.1:2'],
    ['172.20.0.1', '127.0.0.1:2'],
    ['172.20.0.1:70000', '127.0.0.1:2'],
    ['172.20.0.1:1', '10.0.0.1:2'],
    ['172.20.0.1:1', '127.0.0.1:0'],
    ['172.20.0.1:1', '127.0.0.1'],
    ['[::1]:1', '127.0.0.1:2'],
  ])('refuses --listen %s --to %s', (listen, to) => {
    expect(() => parseForward(listen, to)).toThrow(/^--(listen|to) must be/);
  });
});

it('stands by while another has the address, and takes over when that one is gone', async () => {
  const target = await onLoopback(createServer((socket) => socket.end('hello')));
  const to = { host: '127.0.0.1', port: target };
  const seen: string[] = [];
  const log = (event: string): void => void seen.push(event);
  const first = await startForward({ host: '127.0.0.2', port: 0 }, to, log);
  const from = { host: '127.0.0.2', port: portOf(first.address) };
  const second = await startForward(from, to, log, 10);
  onTestFinished(() => second.close(0));
  expect(seen).toEqual(['forwarding', 'standing_by']);
  await first.close(0);
  await expect.poll(() => seen).toEqual(['forwarding', 'standing_by', 'forwarding']);
  expect(await text(connect(from))).toBe('hello');
});

describe('startForward', () => {
  const start = async (port: number) => {
    const forward = await startForward({ host: '127.0.0.2', port: 0 }, { host: '127.0.0.1', port }, () => {});
    onTestFinished(() => forward.close(0));
    return forward;
  };

  it('carries bytes both ways, and an end of one side does not cut the other off', async () => {
    const target = createServer({ allowHalfOpen: true }, async (socket) => socket.end(`got ${await text(socket)}`));
    const forward = await start(await onLoopback(target));
    const client = connect({ host: '127.0.0.2', port: portOf(forward.address), allowHalfOpen: true });
    client.end('hello');
    expect(await text(client)).toBe('got hello');
  });

  it('listens on its one address only', async () => {
    const forward = await start(await freePort());
    const client = connect({ host: '127.0.0.1', port: portOf(forward.address) });
    const [error] = await once(client, 'error');
    expect(error.code).toBe('ECONNREFUSED');
  });

  it('resets a client whose target is not there, and goes on', async () => {
    const port = await freePort();
    const forward = await start(port);
    const client = connect({ host: '127.0.0.2', port: portOf(forward.address) });
    const [error] = await once(client, 'error');
    expect(error.code).toBe('ECONNRESET');
    await onLoopback(
      createServer((socket) => socket.end('here')),
      port,
    );
    expect(await text(connect({ host: '127.0.0.2', port: portOf(forward.address) }))).toBe('here');
  });

  it('stops though a connection is open', async () => {
    const forward = await start(await onLoopback(createServer(() => {})));
    const client = connect({ host: '127.0.0.2', port: portOf(forward.address) });
    await once(client, 'connect');
    const closed = once(client, 'close');
    await forward.close(50);
    await closed;
  });
});
