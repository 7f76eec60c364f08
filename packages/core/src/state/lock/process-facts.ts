import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Observation, ProcessStamp } from './judge.ts';

export interface ProcessFacts {
  self(): Promise<ProcessStamp>;
  observe(pid: number): Promise<Observation>;
}

const readLine = async (path: string): Promise<string> => (await readFile(path, 'utf8').catch(() => '')).trim();

/** State letter and start time of a `/proc/<pid>/stat` line; the program's name in it may hold spaces and brackets. */
export const parseStat = (line: string): { state: string; startTime: string } | undefined => {
  const fields = line
    .slice(line.lastIndexOf(')') + 1)
    .trim()
    .split(/\s+/);
  const state = fields[0];
  const startTime = fields[19];
  return state && startTime ? { state, startTime } : undefined;
};

const signalled = (pid: number): Observation => {
  try {
    process.kill(pid, 0);
    return { state: 'present' };
  } catch (error) {
    return { state: (error as NodeJS.ErrnoException).code === 'ESRCH' ? 'gone' : 'present' };
  }
};

/** From `/proc`; where there is none (macOS) only whether the pid exists is known. */
export const systemProcessFacts = (): ProcessFacts => ({
  async self() {
    const stat = parseStat(await readLine('/proc/self/stat'));
    return {
      pid: process.pid,
      startTime: stat?.startTime ?? '',
      bootId: await readLine('/proc/sys/kernel/random/boot_id'),
      pidNamespace: await readlink('/proc/self/ns/pid').catch(() => ''),
      machine: (await readLine('/etc/machine-id')) || hostname(),
    };
  },
  async observe(pid) {
    const stat = parseStat(await readLine(`/proc/${pid}/stat`));
    if (!stat) return signalled(pid);
    // A zombie holds nothing any more, it only waits for its parent to take note.
    return stat.state === 'Z' || stat.state === 'X'
      ? { state: 'gone' }
      : { state: 'present', startTime: stat.startTime };
  },
});
