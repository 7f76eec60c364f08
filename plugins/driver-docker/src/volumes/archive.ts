import { Readable } from 'node:stream';
import type { FileEntry } from '@nemoclaw/plugin-api';
import type { Header } from 'tar-stream';

export interface ArchiveEntry {
  path: string;
  type: FileEntry['type'];
  content?: string | Uint8Array | undefined;
  mode: number;
  uid: number;
  gid: number;
}

/** Throws for a path that would leave the folder that the archive is unpacked in. `.` is that folder itself. */
export const safePath = (path: string): string => {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (path.startsWith('/') || path.includes('\0') || parts.includes('..')) {
    throw new TypeError(`${JSON.stringify(path)} is no path inside the volume`);
  }
  return parts.join('/');
};

/** A tar in memory, each path under `folder`; owner and mode are kept by the engine when it unpacks it. */
export const packArchive = async (entries: readonly (ArchiveEntry | FileEntry)[], folder = ''): Promise<Buffer> => {
  const { pack: createPack } = await import('tar-stream');
  const pack = createPack();
  for (const entry of entries) {
    const path = [folder, safePath(entry.path)].filter((part) => part !== '').join('/');
    const header = { mode: entry.mode, uid: entry.uid, gid: entry.gid, mtime: new Date() };
    const content = Buffer.from(entry.content ?? '');
    switch (entry.type) {
      case 'directory':
        pack.entry({ ...header, type: 'directory', name: `${path}/` });
        break;
      case 'link':
        pack.entry({ ...header, type: 'symlink', name: path, linkname: content.toString('utf8') });
        break;
      case 'file':
        pack.entry({ ...header, type: 'file', name: path }, content);
    }
  }
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/** The first entry of a tar: its header and, for a regular file, its content up to `maxBytes` (beyond: throws RangeError). */
export const readFirstEntry = async (
  tar: AsyncIterable<Buffer>,
  maxBytes: number,
): Promise<{ header: Header; content: Buffer } | undefined> => {
  const { extract: createExtract } = await import('tar-stream');
  const extract = createExtract();
  const source = Readable.from(tar);
  source.on('error', (error) => extract.destroy(error));
  source.pipe(extract as unknown as NodeJS.WritableStream);
  try {
    for await (const entry of extract) {
      if (entry.header.size > maxBytes) throw new RangeError(`it has ${entry.header.size} bytes`);
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      return { header: entry.header, content: Buffer.concat(chunks) };
    }
    return undefined;
  } finally {
    source.destroy();
  }
};
