import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The little of /proc that is looked at; a test gives another folder. */
export interface ProcFiles {
  pids(): Promise<string[]>;
  /** Content, or an empty text when it can't be read. */
  read(pid: string, file: 'cgroup' | 'cmdline'): Promise<string>;
}

export const procFiles = (root = '/proc'): ProcFiles => ({
  pids: async () => (await readdir(root).catch(() => [])).filter((name) => /^\d+$/.test(name)),
  read: (pid, file) => readFile(join(root, pid, file), 'utf8').catch(() => ''),
});

/**
 * Processes on this host that live in a container's cgroup. An engine that dies while it starts a container can leave one
 * that it no longer knows (`created`, pid 0), which goes on writing to the volumes. `runc init` alone is no workload yet.
 */
export const workloadOf = async (containerId: string, proc: ProcFiles = procFiles()): Promise<string[]> => {
  const found: string[] = [];
  for (const pid of await proc.pids()) {
    if (!(await proc.read(pid, 'cgroup')).includes(containerId)) continue;
    const command = (await proc.read(pid, 'cmdline')).split('\0').filter(Boolean);
    if (/(^|\/)runc$/.test(command[0] ?? '') && command.at(-1) === 'init') continue;
    found.push(pid);
  }
  return found;
};
