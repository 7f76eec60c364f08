import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codedError } from '../errors/index.ts';

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

const systemCode = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

/** What a failed write means to the user; anything unforeseen stays as it is. */
const writeError = (path: string, cause: unknown): unknown => {
  switch (systemCode(cause)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return codedError('DISK_FULL', {
        message: `The disk is full: ${path} could not be written.`,
        details: { path },
        cause,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
      return codedError('HOME_UNWRITABLE', {
        message: `${path} can't be written: ${(cause as Error).message}`,
        details: { path },
        cause,
      });
    default:
      return cause;
  }
};

/** Does the work; a failed write becomes an error that says what it means for `path`. */
export const naming = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw writeError(path, error);
  }
};

export const ensureFolder = (path: string): Promise<void> =>
  naming(path, async () => {
    await mkdir(path, { recursive: true, mode: FOLDER_MODE });
  });

/** A rename or an unlink is on disk only when its folder is. */
export const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (error) {
    // Some file systems of VM-backed engines' hosts refuse fsync on folders; there is nothing better to do then.
    if (!['EINVAL', 'EPERM', 'ENOTSUP'].includes(systemCode(error) ?? '')) throw error;
  } finally {
    await folder.close();
  }
};

const temporaryBeside = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);

const isTemporary = (name: string): boolean => name.startsWith('.') && name.endsWith('.tmp');

/**
 * Takes away what writers that were killed left in a folder, and the folder where nothing else is in it. For whoever
 * knows that nobody writes there now.
 */
export const sweepTemporaries = (folder: string): Promise<void> =>
  naming(folder, async () => {
    try {
      const names = await readdir(folder);
      const left = names.filter(isTemporary);
      for (const name of left) await rm(join(folder, name), { force: true });
      if (left.length === names.length) await rmdir(folder);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  });

/** Complete and on disk under a name that nobody reads. */
const writeTemporary = async (path: string, content: string): Promise<string> => {
  const temporary = temporaryBeside(path);
  const file = await open(temporary, 'wx', FILE_MODE);
  try {
    // FileHandle.writeFile goes on after a short write, which a disk that is nearly full answers with.
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
  return temporary;
};

/** Replaces `path` whole or not at all. DISK_FULL, HOME_UNWRITABLE. */
export const writeFileAtomic = (path: string, content: string): Promise<void> =>
  naming(path, async () => {
    await ensureFolder(dirname(path));
    const temporary = await writeTemporary(path, content);
    try {
      await rename(temporary, path);
    } catch (error) {
      await unlink(temporary).catch(() => {});
      throw error;
    }
    await syncFolder(dirname(path));
  });

/** Makes `path` unless it is there already; says whether it made it. */
export const writeFileOnce = (path: string, content: string): Promise<boolean> =>
  naming(path, async () => {
    await ensureFolder(dirname(path));
    const temporary = await writeTemporary(path, content);
    try {
      await link(temporary, path);
      await syncFolder(dirname(path));
      return true;
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false;
      throw error;
    } finally {
      await unlink(temporary).catch(() => {});
    }
  });

/** Resolves also when it is already gone. */
export const removeFile = (path: string): Promise<void> =>
  naming(path, async () => {
    try {
      await unlink(path);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return;
      throw error;
    }
    await syncFolder(dirname(path));
  });
