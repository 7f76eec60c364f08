import { chownSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Driver } from '@nemoclaw/plugin-api';

/**
 * The container's own copy of its image's files, as somebody with root on the engine's host may write to it; from inside,
 * the root is read-only. Only with an engine on this very host that stacks its layers with overlayfs.
 */
const hostViewOf = async (driver: Driver, containerId: string): Promise<string> => {
  const pid = (await driver.inspect(containerId))?.pid;
  const mounts = readFileSync(`/proc/${pid}/mountinfo`, 'utf8');
  const upper = /^\d+ \d+ \S+ \/ \/ .*\bupperdir=([^,\s]+)/m.exec(mounts)?.[1];
  if (upper === undefined) throw new Error(`the root of ${containerId} is no overlay`);
  return join(dirname(upper), 'merged');
};

/** Changes a file of the container from outside until the function that comes back is called. */
export const tamper = async (
  driver: Driver,
  containerId: string,
  path: string,
  change: { uid?: number; content?: (text: string) => string },
): Promise<() => void> => {
  const file = join(await hostViewOf(driver, containerId), path);
  const { uid, gid } = lstatSync(file);
  const { content: edit, uid: stranger } = change;
  const content = edit && readFileSync(file, 'utf8');
  if (content !== undefined) writeFileSync(file, edit?.(content) ?? content);
  if (stranger !== undefined) chownSync(file, stranger, gid);
  return () => {
    if (content !== undefined) writeFileSync(file, content);
    chownSync(file, uid, gid);
  };
};
