import { open, readdir, readFile } from 'node:fs/promises';
import { type ProcessStat, parseStat } from './stat.ts';
import { type ProcessOwner, parseOwner } from './status.ts';
import { listensAs, parseTcpTable, type TcpRow } from './tcp.ts';

const GONE = new Set(['ENOENT', 'ESRCH']);

/** `undefined` for what is not there; anything else, such as no descriptor left, must not look like that. */
const readPresent = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (GONE.has(error.code ?? '')) return undefined;
    throw error;
  });
const read = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);

export const readStat = async (pid: number): Promise<ProcessStat | undefined> => {
  const text = await read(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseStat(text);
};

export const readOwner = async (pid: number): Promise<ProcessOwner | undefined> => {
  const text = await read(`/proc/${pid}/status`);
  return text === undefined ? undefined : parseOwner(text);
};

/** Every process of this pid namespace; those that end meanwhile are left out. Rejects when one can't be read. */
export const readAllStats = async (): Promise<ProcessStat[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const texts = await Promise.all(pids.map((pid) => readPresent(`/proc/${pid}/stat`)));
  return texts.map((text) => (text === undefined ? undefined : parseStat(text))).filter((stat) => stat !== undefined);
};

const TABLES = { 4: '/proc/self/net/tcp', 6: '/proc/self/net/tcp6' } as const;

/** IPv4 and IPv6 sockets of this network namespace; no right is needed for it. Rejects when a table can't be read. */
export const readTcpRows = async (): Promise<TcpRow[]> => {
  const [v4, v6] = await Promise.all([readPresent(TABLES[4]), readPresent(TABLES[6])]);
  return [...parseTcpTable(v4 ?? '', 4), ...parseTcpTable(v6 ?? '', 6)];
};

const FIRST_PIECE = 450;
const LONGEST_PIECE = 64 * 1024;

/**
 * Whether that very socket listens at this moment. The kernel's table is read no further than its row: listeners stand
 * first in it, and what comes after costs milliseconds, since the kernel walks all buckets of the host's connections.
 */
export const stillListens = async (socket: Pick<TcpRow, 'family' | 'inode' | 'localPort'>): Promise<boolean> => {
  const file = await open(TABLES[socket.family]);
  try {
    let rest = '';
    for (let size = FIRST_PIECE; ; size = Math.min(size * 2, LONGEST_PIECE)) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(size), 0, size, null);
      const text = rest + buffer.toString('latin1', 0, bytesRead);
      const end = text.lastIndexOf('\n') + 1;
      if (listensAs(text.slice(0, end), socket)) return true;
      if (bytesRead === 0) return false;
      rest = text.slice(end);
    }
  } finally {
    await file.close();
  }
};
