import { hexAddress, TCP_ESTABLISHED, type TcpRow } from '../procfs/tcp.ts';

export interface Peer {
  localPort: number;
  address: string;
  port: number;
}

/**
 * Which clients are no longer fully connected. The kernel's table says so without a byte being read: a held connection
 * is not read from, so that what its client sent is still unsent as far as anybody can tell. Without a table nobody is gone.
 */
export const gonePeers = <P extends Peer>(held: readonly P[], rows: readonly TcpRow[] | undefined): P[] => {
  if (!rows) return [];
  const key = (localPort: number, address: string, port: number): string => `${localPort} ${address}:${port}`;
  const open = new Set(
    rows
      .filter((row) => row.state === TCP_ESTABLISHED)
      .map((row) => key(row.localPort, row.remoteAddress, row.remotePort)),
  );
  return held.filter((peer) => !open.has(key(peer.localPort, hexAddress(peer.address), peer.port)));
};
