import { existsSync } from 'node:fs';
import { release } from 'node:os';

/** Whether this might be WSL; if so oclif's own, slower, look decides. */
export function mayBeWsl(): boolean {
  if (process.platform !== 'linux') return false;
  return /microsoft/i.test(release()) || existsSync('/run/WSL') || existsSync('/proc/sys/fs/binfmt_misc/WSLInterop');
}
