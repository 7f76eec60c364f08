import { readStat } from './read.ts';

/** One process and no other: pids come again, the kernel's start time with them does not. */
export interface ExactProcess {
  pid: number;
  startTime: string;
}

const isAlive = async ({ pid, startTime }: ExactProcess): Promise<boolean> => {
  const stat = await readStat(pid);
  return stat !== undefined && stat.startTime === startTime && stat.state !== 'Z' && stat.state !== 'X';
};

/** Signals exactly that process; `false` when it is gone. Never a group, never pid 0 or 1. */
export const signalExactly = async (target: ExactProcess, signal: NodeJS.Signals): Promise<boolean> => {
  if (!Number.isInteger(target.pid) || target.pid <= 1 || !(await isAlive(target))) return false;
  try {
    return process.kill(target.pid, signal);
  } catch {
    return false;
  }
};
