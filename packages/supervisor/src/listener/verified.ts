import type { Clock } from '../clock.ts';
import { readTcpRows, stillListens } from '../procfs/read.ts';
import { sharedLook } from '../procfs/shared-look.ts';
import type { TcpRow } from '../procfs/tcp.ts';
import { portView } from './check.ts';

/** `unknown`: it could not be looked at (no descriptor left, say), which says nothing about the listener. */
export type Sight = 'same' | 'gone' | 'unknown';

export type ListenerSocket = Pick<TcpRow, 'family' | 'inode' | 'localPort'>;

const ALONE_EVERY_MS = 500;

/**
 * Looks at the one socket that was proved to be the gateway's. While that socket listens, the kernel lets no other one
 * that 127.0.0.1 could reach bind the port, but for sockets of the gateway's own uid; and a listener that was closed never
 * listens again under its inode. So whether it listens now is all that a connection needs to know, and whether it is
 * alone (an IPv6 listener may stand beside it, and is ended) is looked at twice a second, as long as anybody asks.
 */
export const watchListener = (socket: ListenerSocket, clock: Clock): (() => Promise<Sight>) => {
  let aloneAt = Number.NEGATIVE_INFINITY;
  return sharedLook(async (): Promise<Sight> => {
    try {
      if (!(await stillListens(socket))) return 'gone';
      if (clock.now() - aloneAt < ALONE_EVERY_MS) return 'same';
      const view = portView(await readTcpRows(), socket.localPort);
      if (view.kind !== 'one' || view.inode !== socket.inode) return 'gone';
      aloneAt = clock.now();
      return 'same';
    } catch {
      return 'unknown';
    }
  });
};
