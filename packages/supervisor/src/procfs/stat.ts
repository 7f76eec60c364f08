/** What /proc/<pid>/stat says of a process that matters here. */
export interface ProcessStat {
  pid: number;
  /** One letter; `Z` is dead and waiting to be collected. */
  state: string;
  ppid: number;
  session: number;
  /** Field 22, ticks since boot, as text: with the pid it names one process for ever. */
  startTime: string;
}

/** `undefined` for a text that is no stat line. The command's name may hold spaces and parentheses: the last one ends it. */
export const parseStat = (text: string): ProcessStat | undefined => {
  const end = text.lastIndexOf(')');
  const pid = Number.parseInt(text, 10);
  if (end < 0 || !Number.isInteger(pid)) return undefined;
  // The first field after the name is number 3.
  const fields = text.slice(end + 2).split(' ');
  const [state, ppid, , session] = fields;
  const startTime = fields[19];
  if (state === undefined || ppid === undefined || session === undefined || startTime === undefined) return undefined;
  return { pid, state, ppid: Number(ppid), session: Number(session), startTime };
};

/** The process `root` and everything below it. */
export const processTree = (root: number, all: readonly ProcessStat[]): number[] => {
  const children = new Map<number, number[]>();
  for (const { pid, ppid } of all) children.set(ppid, [...(children.get(ppid) ?? []), pid]);
  const tree: number[] = [];
  const seen = new Set<number>();
  const queue = all.some(({ pid }) => pid === root) ? [root] : [];
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    if (seen.has(pid)) continue;
    seen.add(pid);
    tree.push(pid);
    queue.push(...(children.get(pid) ?? []));
  }
  return tree.sort((a, b) => a - b);
};
