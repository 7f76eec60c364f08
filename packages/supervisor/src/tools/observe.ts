import { readdir, readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { readAllStats, readOwner, readStat } from '../procfs/read.ts';
import { processTree } from '../procfs/stat.ts';
import type { SeenProcess } from '../protocol.ts';

const POLL_MS = 100;

/** Pids of the processes that have the marker in their arguments; arguments of every uid can be read by root. */
const markedPids = async (marker: string): Promise<number[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const marked = await Promise.all(
    pids.map(async (pid) => {
      const text = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
      return text.includes(marker) && pid !== process.pid;
    }),
  );
  return pids.filter((_, index) => marked[index]);
};

/**
 * Every process that shows the marker, with the ids that the kernel gives it: what it prints about itself could be made
 * up. Ends when those that were seen are gone, so that whoever lives a moment longer under another uid is seen too.
 */
export const observe = async (
  args: { marker: string; timeoutMs: number },
  toolsHost: () => number | undefined,
  clock: Clock,
  signal?: AbortSignal,
): Promise<{ seen: SeenProcess[] }> => {
  const seen = new Map<string, SeenProcess>();
  const deadline = clock.now() + args.timeoutMs;
  for (;;) {
    const pids = await markedPids(args.marker);
    if (pids.length === 0 && seen.size > 0) break;
    for (const pid of pids) {
      const [stat, owner] = await Promise.all([readStat(pid), readOwner(pid)]);
      if (!stat || !owner) continue;
      const key = `${pid} ${stat.startTime} ${owner.uid}`;
      if (seen.has(key)) continue;
      const host = toolsHost();
      const below = host !== undefined && processTree(host, await readAllStats()).includes(pid);
      seen.set(key, { pid, startTime: stat.startTime, ...owner, belowToolsHost: below });
    }
    if (clock.now() >= deadline || signal?.aborted) break;
    await clock.sleep(POLL_MS);
  }
  return { seen: [...seen.values()] };
};
