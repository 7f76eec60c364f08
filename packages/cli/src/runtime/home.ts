import { homedir } from 'node:os';
import { join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

const FOLDER = 'nemoclaw';

/** Where state lives: `$NEMOCLAW_HOME`, else oclif's data directory for both bins. */
export function dataHome(env: Env): string {
  return env.NEMOCLAW_HOME || join(env.XDG_DATA_HOME || join(env.HOME || homedir(), '.local', 'share'), FOLDER);
}

export function cacheHome(env: Env): string {
  return env.NEMOCLAW_CACHE_DIR || join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), FOLDER);
}

export function configHome(env: Env): string {
  return env.NEMOCLAW_CONFIG_DIR || join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), FOLDER);
}
