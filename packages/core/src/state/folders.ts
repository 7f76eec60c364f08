import { randomBytes } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureFolder, syncFolder } from './atomic-file.ts';

const absent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** Empty for what is not there or is no folder. */
export const namesIn = async (folder: string): Promise<string[]> => {
  try {
    return await readdir(folder);
  } catch (error) {
    if (absent(error) || (error as NodeJS.ErrnoException).code === 'ENOTDIR') return [];
    throw error;
  }
};

/** Takes what an earlier removal left behind; trouble with it is nobody's concern now. */
export const sweepTrash = async (trash: string): Promise<void> => {
  for (const name of await namesIn(trash))
    await rm(join(trash, name), { recursive: true, force: true }).catch(() => {});
};

/** One rename takes the folder away whole; a crash after it leaves only a tombstone, which the next call clears. */
export const removeFolder = async (folder: string, trash: string): Promise<void> => {
  await ensureFolder(trash);
  try {
    await rename(folder, join(trash, randomBytes(8).toString('hex')));
    await syncFolder(join(folder, '..'));
  } catch (error) {
    if (!absent(error)) throw error;
  }
  await sweepTrash(trash);
};
