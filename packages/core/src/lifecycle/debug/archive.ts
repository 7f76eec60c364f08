import { open, unlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { pack as createPack } from 'tar-stream';
import { codedError } from '../../errors/index.ts';
import { naming } from '../../state/atomic-file.ts';

export interface BundleFile {
  /** Inside the bundle, `/`-separated. */
  path: string;
  content: string;
}

const tarOf = async (files: readonly BundleFile[], at: Date): Promise<Buffer> => {
  const pack = createPack();
  for (const { path, content } of files) pack.entry({ name: path, mode: 0o600, mtime: at }, content);
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/** Writes a tar.gz that is there whole or not at all, for the owner only; USAGE where there is such a file already. */
export const writeArchive = (output: string, files: readonly BundleFile[], at: Date): Promise<number> =>
  naming(output, async () => {
    const file = await open(output, 'wx', 0o600).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EEXIST')
        throw codedError('USAGE', { message: `${output} is there already.`, hint: 'Name another file with --output.' });
      if (cause.code === 'ENOENT')
        throw codedError('USAGE', { message: `${output} can't be made: its folder is not there.`, cause });
      throw cause;
    });
    try {
      await file.writeFile(await promisify(gzip)(await tarOf(files, at)));
      await file.sync();
      return (await file.stat()).size;
    } catch (error) {
      await unlink(output).catch(() => {});
      throw error;
    } finally {
      await file.close();
    }
  });
