import type { ProcessIdentity } from '@nemoclaw/plugin-api';
import type { ProcessOwner } from '../procfs/status.ts';
import { readAs } from './read-as.ts';

/**
 * Runs in front of a program in the very process that becomes it: tells on fd 3 in which namespaces it is, waits on
 * fd 4 until the supervisor has read its ids from outside, and becomes the program.
 */
export const IDENTITY_PREAMBLE =
  'readlink "/proc/$$/ns/net" "/proc/$$/ns/pid" "/proc/$$/ns/mnt" >&3; read -r _ <&4; exec 3>&- 4<&-; exec "$@"';

const INODE = /^\w+:\[(\d+)\]$/;

/** `undefined` unless all three namespaces were told. */
export const parseIdentity = (text: string, owner: ProcessOwner): ProcessIdentity | undefined => {
  const [netns, pidns, mntns] = text.split('\n').map((line) => INODE.exec(line.trim())?.[1]);
  return netns && pidns && mntns ? { ...owner, netns, pidns, mntns } : undefined;
};

/** Network namespace of another process, read by a child of that process's uid. */
export const readNetns = async (pid: number, owner: { uid: number; gid: number }): Promise<string | undefined> =>
  INODE.exec((await readAs(owner, ['/usr/bin/readlink', `/proc/${pid}/ns/net`])).trim())?.[1];
