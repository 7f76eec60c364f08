import type { TcpRow } from '../procfs/tcp.ts';
import { loopbackListeners } from '../procfs/tcp.ts';

export type PortView =
  | { kind: 'nobody' }
  /** Exactly one socket could answer 127.0.0.1. */
  | { kind: 'one'; inode: string; uid: number; family: 4 | 6 }
  /** More than one: which of them answers is not ours to guess. */
  | { kind: 'several'; inodes: string[] };

export const portView = (rows: readonly TcpRow[], port: number): PortView => {
  const listeners = loopbackListeners(rows, port);
  const [first] = listeners;
  if (first === undefined) return { kind: 'nobody' };
  if (listeners.length > 1) return { kind: 'several', inodes: listeners.map((row) => row.inode) };
  return { kind: 'one', inode: first.inode, uid: first.uid, family: first.family };
};
