import { readdir, readFile } from 'node:fs/promises';
import { type ProcessStat, parseStat } from './stat.ts';
import { type ProcessOwner, parseOwner } from './status.ts';
import { parseTcpTable, type TcpRow } from './tcp.ts';

const read = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);

export const readStat = async (pid: number): Promise<ProcessStat | undefined> => {
  const text = await read(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseStat(text);
};

export const readOwner = async (pid: number): Promise<ProcessOwner | undefined> => {
  const text = await read(`/proc/${pid}/status`);
  return text === undefined ? undefined : parseOwner(text);
};

/** Every process of this pid namespace; those that end meanwhile are left out. */
export const readAllStats = async (): Promise<ProcessStat[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return (await Promise.all(pids.map((pid) => readStat(Number(pid))))).filter((stat) => stat !== undefined);
};

/** IPv4 and IPv6 sockets of this network namespace; no right is needed for it. */
export const readTcpRows = async (): Promise<TcpRow[]> => {
  const [v4, v6] = await Promise.all([read('/proc/self/net/tcp'), read('/proc/self/net/tcp6')]);
  return [...parseTcpTable(v4 ?? '', 4), ...parseTcpTable(v6 ?? '', 6)];
};
