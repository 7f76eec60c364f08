import { fchmodSync, fchownSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * A terminal of `exec` is root's, and a program of another uid could use but not open it (`/dev/stdout`, tmux). As its
 * owner root may give it to a group that it is in, without any capability but SETGID.
 */
export const handOverTerminal = (gid: number): void => {
  if (!isatty(0)) return;
  try {
    process.setgroups?.([gid]);
    fchownSync(0, 0, gid);
    fchmodSync(0, 0o660);
  } catch {
    // The terminal works without it, apart from being opened again.
  }
};
