import type { Stats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

const MAX_LINKS = 16;

/** Owner allowed beside root; a test that is not root names itself. */
export interface Trust {
  uid: number;
}

const otherCanWrite = (stats: Stats): boolean => (stats.mode & 0o022) !== 0;

/**
 * Why a path can't be trusted, or `undefined`. Every folder on the way and every link's way must be root's own and not
 * writable by anybody else, or somebody could put another file in its place; the end must be such a regular file.
 */
export const distrust = async (
  path: string,
  kind: 'file' | 'directory',
  trust: Trust = { uid: 0 },
): Promise<string | undefined> => {
  if (!path.startsWith('/')) return `${path} is not an absolute path`;
  let pending = resolve(path)
    .split('/')
    .filter((part) => part !== '');
  let at = '/';
  for (let links = 0; ; ) {
    const part = pending.shift();
    const next = part === undefined ? at : join(at, part);
    let stats: Stats;
    try {
      stats = await lstat(next);
    } catch (error) {
      return `${next}: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}`;
    }
    if (stats.uid !== 0 && stats.uid !== trust.uid) return `${next} belongs to uid ${stats.uid}`;
    if (stats.isSymbolicLink()) {
      links += 1;
      if (links > MAX_LINKS) return `${path} has too many links`;
      const target = resolve(dirname(next), await readlink(next));
      pending = [...target.split('/').filter((name) => name !== ''), ...pending];
      at = '/';
      continue;
    }
    if (otherCanWrite(stats)) return `${next} can be written by others (mode ${(stats.mode & 0o7777).toString(8)})`;
    at = next;
    if (part === undefined || pending.length === 0) {
      if (kind === 'file' ? !stats.isFile() : !stats.isDirectory()) return `${next} is not a ${kind}`;
      return undefined;
    }
    if (!stats.isDirectory()) return `${next} is not a directory`;
  }
};
