import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';

/** `unsafe` leaves the file alone: it is not plainly the caller's own. */
export type Rewrite =
  | { outcome: 'absent' | 'unchanged' }
  | { outcome: 'rewritten' }
  | { outcome: 'unsafe'; why: string };

const MAX_BYTES = 1 << 20;
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const MAKE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Changes a file that somebody else may have put there: opened without following a link, regular, owned by the caller
 * (or the caller root), looked at and read through the one handle; then a new file beside it, with its mode, takes its
 * name. Bytes that are no text stay as they are.
 */
export const rewriteOwnFile = (path: string, change: (text: string) => string, uid: number): Rewrite => {
  let file: number;
  try {
    file = openSync(path, READ);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { outcome: 'absent' };
    return { outcome: 'unsafe', why: code === 'ELOOP' ? 'it is a link' : `it can't be opened (${code})` };
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) return { outcome: 'unsafe', why: 'it is not a regular file' };
    if (uid !== 0 && stats.uid !== uid) return { outcome: 'unsafe', why: `it belongs to uid ${stats.uid}` };
    if (stats.size > MAX_BYTES) return { outcome: 'unsafe', why: `it has ${stats.size} bytes` };
    const before = readFileSync(file, 'latin1');
    const after = change(before);
    if (after === before) return { outcome: 'unchanged' };
    const beside = `${path}.nemoclaw-${randomBytes(6).toString('hex')}`;
    const made = openSync(beside, MAKE, 0o600);
    try {
      try {
        writeSync(made, Buffer.from(after, 'latin1'));
        fchmodSync(made, stats.mode & 0o7777);
        fsyncSync(made);
      } finally {
        closeSync(made);
      }
      const now = lstatSync(path);
      if (now.ino !== stats.ino || now.dev !== stats.dev) throw new Error('it was replaced meanwhile');
      renameSync(beside, path);
    } catch (error) {
      rmSync(beside, { force: true });
      return { outcome: 'unsafe', why: (error as Error).message };
    }
    return { outcome: 'rewritten' };
  } finally {
    closeSync(file);
  }
};
