import { readAs } from '../launcher/read-as.ts';
import { readAllStats, readOwner } from '../procfs/read.ts';
import type { ExactProcess } from '../procfs/signal.ts';
import { processTree } from '../procfs/stat.ts';

/** `find` prints the folder of each descriptor that is one of the sockets: `/proc/<pid>/fd`. */
const findSockets = (pids: readonly number[], inodes: readonly string[]): string[] => [
  '/usr/bin/find',
  ...pids.map((pid) => `/proc/${pid}/fd`),
  '-maxdepth',
  '1',
  '(',
  ...inodes.flatMap((inode, index) => [...(index > 0 ? ['-o'] : []), '-lname', `socket:\\[${inode}\\]`]),
  ')',
  '-printf',
  '%h\\n',
];

export const parseHolders = (output: string): number[] =>
  [...new Set([...output.matchAll(/^\/proc\/(\d+)\/fd$/gm)].map((match) => Number(match[1])))].sort((a, b) => a - b);

/** Whether the socket is held by the process or something below it, read with that process's own rights. */
export const heldByTree = async (
  root: ExactProcess,
  owner: { uid: number; gid: number },
  inode: string,
): Promise<boolean> => {
  const all = await readAllStats();
  if (!all.some((stat) => stat.pid === root.pid && stat.startTime === root.startTime)) return false;
  const tree = processTree(root.pid, all);
  return parseHolders(await readAs(owner, findSockets(tree, [inode]))).length > 0;
};

/** Every process outside `spared` that holds one of the sockets, whoever it belongs to. */
export const holdersOf = async (inodes: readonly string[], spared: ReadonlySet<number>): Promise<ExactProcess[]> => {
  const all = (await readAllStats()).filter((stat) => stat.pid > 1 && stat.state !== 'Z' && !spared.has(stat.pid));
  const byOwner = new Map<string, { owner: { uid: number; gid: number }; pids: number[] }>();
  for (const { pid } of all) {
    const owner = await readOwner(pid);
    if (!owner) continue;
    const key = `${owner.uid}:${owner.gid}`;
    const group = byOwner.get(key) ?? { owner, pids: [] };
    group.pids.push(pid);
    byOwner.set(key, group);
  }
  const found = await Promise.all(
    [...byOwner.values()].map(async ({ owner, pids }) => parseHolders(await readAs(owner, findSockets(pids, inodes)))),
  );
  const pids = new Set(found.flat());
  return all.filter((stat) => pids.has(stat.pid)).map(({ pid, startTime }) => ({ pid, startTime }));
};
