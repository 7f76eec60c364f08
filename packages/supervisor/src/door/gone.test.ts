import { expect, it } from 'vitest';
import type { TcpRow } from '../procfs/tcp.ts';
import { gonePeers } from './gone.ts';

const row = (remotePort: number, state: string): TcpRow => ({
  family: 4,
  localAddress: '02011EAC',
  localPort: 18000,
  remoteAddress: '03011EAC',
  remotePort,
  state,
  uid: 0,
  inode: '1',
});
const peer = (port: number) => ({ localPort: 18000, address: '172.30.1.3', port });

it('keeps who is connected and drops who hung up or is not in the table any more', () => {
  const held = [peer(1), peer(2), peer(3)];
  expect(gonePeers(held, [row(1, '01'), row(2, '08')])).toEqual([peer(2), peer(3)]);
});
