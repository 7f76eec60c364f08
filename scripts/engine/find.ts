import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const ENGINE_FLOOR = '28.2';
export const DEFAULT_SOCKET = '/var/run/docker.sock';

export type Env = Readonly<Record<string, string | undefined>>;

export type EngineState =
  | { state: 'usable'; version: string; socket: string }
  | { state: 'too_old'; version: string }
  | { state: 'no_permission'; socket: string }
  | { state: 'not_running'; socket: string }
  /** Somebody listens and gives no sensible answer: to start another engine there would make things worse. */
  | { state: 'no_answer'; socket: string; reason: string }
  | { state: 'remote'; host: string };

/** Compares the numbers of two versions; text behind them is passed over. */
export const atLeast = (version: string, floor: string): boolean => {
  const numbers = (text: string) => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number);
  const have = numbers(version);
  for (const [index, wanted] of numbers(floor).entries()) {
    const found = have[index] ?? 0;
    if (found !== wanted) return found > wanted;
  }
  return true;
};

/** The sockets that the driver looks for, in its order: the system's, the rootless one, Docker Desktop's. */
const defaultSocket = (env: Env, exists: (path: string) => boolean): string =>
  [
    DEFAULT_SOCKET,
    ...(env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, 'docker.sock')] : []),
    join(env.HOME ?? homedir(), '.docker/run/docker.sock'),
  ].find(exists) ?? DEFAULT_SOCKET;

/** Asks the engine on a unix socket for its version. */
const ask = (socketPath: string, timeoutMs: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const call = request({ socketPath, path: '/version', signal }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('error', reject);
      response.on('end', () => {
        try {
          const { Version: version } = JSON.parse(body) as { Version?: unknown };
          if (typeof version !== 'string') throw new Error('the answer names no version');
          resolve(version);
        } catch {
          reject(new Error(`GET /version was answered with ${response.statusCode}, and not as an engine answers`));
        }
      });
    });
    call.on('error', (error) => reject(signal.aborted ? new Error(`no answer within ${timeoutMs / 1000} s`) : error));
    call.end();
  });

export const findEngine = async (
  env: Env,
  { exists = existsSync, timeoutMs = 5_000 }: { exists?: (path: string) => boolean; timeoutMs?: number } = {},
): Promise<EngineState> => {
  const host = env.DOCKER_HOST;
  if (host && !host.startsWith('unix://')) return { state: 'remote', host };
  const socket = host ? host.slice('unix://'.length) : defaultSocket(env, exists);
  try {
    const version = await ask(socket, timeoutMs);
    return atLeast(version, ENGINE_FLOOR) ? { state: 'usable', version, socket } : { state: 'too_old', version };
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'EACCES':
      case 'EPERM':
        return { state: 'no_permission', socket };
      case 'ENOENT':
      case 'ENOTDIR':
      case 'ECONNREFUSED':
        return { state: 'not_running', socket };
      default:
        return { state: 'no_answer', socket, reason: (error as Error).message };
    }
  }
};
