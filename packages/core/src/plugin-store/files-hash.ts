import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { codedError } from '../errors/index.ts';

const contentHash = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
};

const outside = (path: string, what: string) =>
  codedError('PLUGIN_MODULE_OUTSIDE', { message: `${path} in the package is ${what}.`, details: { path } });

/** Everything below, by name; names are compared as bytes so that the order is the same everywhere. */
const walk = async (root: string, realRoot: string, folder: string): Promise<string[]> => {
  const names = (await readdir(folder)).sort((a, b) => (a < b ? -1 : 1));
  const lines: string[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const shown = relative(root, path).split(sep).join('/');
    const stat = await lstat(path);
    if (stat.isDirectory()) lines.push(`d ${JSON.stringify(shown)}`, ...(await walk(root, realRoot, path)));
    else if (stat.isFile())
      lines.push(`f ${JSON.stringify(shown)} ${(stat.mode & 0o111) === 0 ? '-' : 'x'} ${await contentHash(path)}`);
    else if (stat.isSymbolicLink()) {
      const target = await realpath(path).catch(() => undefined);
      if (target === undefined || !target.startsWith(realRoot + sep))
        throw outside(shown, 'a link that leads out of it');
      lines.push(`l ${JSON.stringify(shown)} ${JSON.stringify(await readlink(path))}`);
    } else throw outside(shown, 'neither a file nor a folder');
  }
  return lines;
};

/** One hash over names, kinds, executable bits and contents of all that is below `root`: `sha256-<hex>`. */
export const hashFiles = async (root: string): Promise<string> => {
  const lines = await walk(root, await realpath(root), root);
  return `sha256-${createHash('sha256').update(lines.join('\n')).digest('hex')}`;
};
