import { describe, expect, it } from 'vitest';
import { hexAddress, listensAs, loopbackListeners, parseTcpTable } from './tcp.ts';

const HEADER = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const V4 = `${HEADER}
   0: 00000000:4650 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1001 1 0000000000000000 100 0 0 10 0
   1: 0100007F:4965 00000000:0000 0A 00000000:00000000 00:00000000 00000000 64101        0 1002 1 0000000000000000 100 0 0 10 0
   2: 0B00007F:4965 00000000:0000 0A 00000000:00000000 00:00000000 00000000 64102        0 1003 1 0000000000000000 100 0 0 10 0
   3: 0100007F:4965 0100007F:9C40 01 00000000:00000000 00:00000000 00000000 64101        0 1004 1 0000000000000000 20 4 30 10 -1
   4: 0100007F:4965 0100007F:9C41 06 00000000:00000000 03:00001770 00000000     0        0 0 3 0000000000000000
`;
const v6 = (address: string, inode: number) =>
  `${HEADER}\n   0: ${address}:4965 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 64102        0 ${inode} 1 0000000000000000 100 0 0 10 0\n`;

describe('parseTcpTable', () => {
  it('reads ports, states, owner and inode of each row', () => {
    const rows = parseTcpTable(V4, 4);
    expect(rows).toHaveLength(5);
    expect(rows[1]).toEqual({
      family: 4,
      localAddress: '0100007F',
      localPort: 18789,
      remoteAddress: '00000000',
      remotePort: 0,
      state: '0A',
      uid: 64101,
      inode: '1002',
    });
    expect(rows[3]).toMatchObject({ remotePort: 40000, state: '01' });
  });
});

describe('listensAs', () => {
  const socket = { family: 4, localPort: 18789 } as const;

  it.each([
    ['the listener', '1002', true],
    ['a connection', '1004', false],
    ['part of a number', '100', false],
  ])('knows %s by inode %s', (_what, inode, listens) => expect(listensAs(V4, { ...socket, inode })).toBe(listens));
});

describe('loopbackListeners', () => {
  it('leaves out other ports, other addresses and connections', () => {
    expect(loopbackListeners(parseTcpTable(V4, 4), 18789).map((row) => row.inode)).toEqual(['1002']);
  });

  it.each([
    ['::', '00000000000000000000000000000000', true],
    ['::ffff:127.0.0.1', '0000000000000000FFFF00000100007F', true],
    ['::ffff:0.0.0.0', '0000000000000000FFFF000000000000', true],
    ['::1', '00000000000000000000000001000000', false],
    ['fe80::1', '000080FE000000000000000001000000', false],
  ])('knows whether %s answers 127.0.0.1', (_name, address, answers) => {
    expect(loopbackListeners(parseTcpTable(v6(address, 5), 6), 18789)).toHaveLength(answers ? 1 : 0);
  });

  it('shows a second listener that shares the port over IPv6', () => {
    const rows = [...parseTcpTable(V4, 4), ...parseTcpTable(v6('00000000000000000000000000000000', 6), 6)];
    expect(loopbackListeners(rows, 18789).map((row) => row.inode)).toEqual(['1002', '6']);
  });
});

it('writes an address the way the kernel does', () => expect(hexAddress('172.30.1.2')).toBe('02011EAC'));
