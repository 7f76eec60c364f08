import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ThrowAwayHome extends AsyncDisposable {
  /** Absolute, mode 0700, empty; its name holds a space, as the homes of some users do. */
  path: string;
  /** What makes a `nemoclaw` process use it, and nothing of the user's own. */
  env: { NEMOCLAW_HOME: string };
  remove(): Promise<void>;
}

export async function throwAwayHome(): Promise<ThrowAwayHome> {
  const path = await mkdtemp(join(tmpdir(), 'nemoclaw home '));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
  return { path, env: { NEMOCLAW_HOME: path }, remove, [Symbol.asyncDispose]: remove };
}
