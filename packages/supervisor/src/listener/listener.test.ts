import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { readTcpRows } from '../procfs/read.ts';
import type { TcpRow } from '../procfs/tcp.ts';
import { portView } from './check.ts';
import { parseHolders } from './holders.ts';
import { watchListener } from './verified.ts';

const row = (inode: string, localAddress = '0100007F', state = '0A'): TcpRow => ({
  family: 4,
  localAddress,
  localPort: 80,
  remoteAddress: '00000000',
  remotePort: 0,
  state,
  uid: 1,
  inode,
});

describe('portView', () => {
  it.each([
    ['nobody', [], { kind: 'nobody' }],
    ['a connection only', [row('1', '0100007F', '01')], { kind: 'nobody' }],
    ['one', [row('1')], { kind: 'one', inode: '1', uid: 1, family: 4 }],
    ['two that could answer', [row('1'), row('2', '00000000')], { kind: 'several', inodes: ['1', '2'] }],
    [
      'one that could and one that could not',
      [row('1'), row('2', '0200A8C0')],
      { kind: 'one', inode: '1', uid: 1, family: 4 },
    ],
  ])('sees %s', (_what, rows, view) => expect(portView(rows, 80)).toEqual(view));

  it('sees a real listener, with the owner that the kernel knows', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    expect(portView(await readTcpRows(), port)).toMatchObject({ kind: 'one', uid: process.getuid?.() });
    await new Promise((resolve) => server.close(resolve));
    expect(portView(await readTcpRows(), port)).toEqual({ kind: 'nobody' });
  });
});

describe('watchListener', () => {
  const clock = { now: () => 0, sleep: async () => {} };
  const listening = async (host: string) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const { port } = server.address() as { port: number };
    const close = () => new Promise((resolve) => server.close(resolve));
    return { port, close };
  };

  it('sees the very socket until it is closed, and not the next one on the port', async () => {
    const first = await listening('127.0.0.1');
    const row = (await readTcpRows()).find(({ localPort, state }) => localPort === first.port && state === '0A')!;
    const look = watchListener(row, clock);
    expect(await look()).toBe('same');
    const [asked] = [look(), look()];
    expect(await asked).toBe('same');
    await first.close();
    expect(await look()).toBe('gone');
    const next = createServer();
    await new Promise<void>((resolve) => next.listen(first.port, '127.0.0.1', resolve));
    expect(await look()).toBe('gone');
    await new Promise((resolve) => next.close(resolve));
  });

  it('calls a listener gone that does not stand alone', async () => {
    const first = await listening('127.0.0.1');
    const row = (await readTcpRows()).find(({ localPort, state }) => localPort === first.port && state === '0A')!;
    const beside = createServer();
    await new Promise<void>((resolve) => beside.listen({ port: first.port, host: '::', ipv6Only: true }, resolve));
    expect(await watchListener(row, clock)()).toBe('gone');
    await new Promise((resolve) => beside.close(resolve));
    await first.close();
  });
});

it('reads holders from what find prints', () => {
  expect(parseHolders('/proc/12/fd\n/proc/12/fd\n/proc/7/fd\nrubbish\n/proc/x/fd\n')).toEqual([7, 12]);
});
