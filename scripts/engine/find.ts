import { request } from 'node:http';

export const ENGINE_FLOOR = '28.2';
export const DEFAULT_SOCKET = '/var/run/docker.sock';

export type EngineState =
  | { state: 'usable'; version: string }
  | { state: 'too_old'; version: string }
  | { state: 'no_permission'; socket: string }
  | { state: 'not_running'; socket: string }
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

/** Asks the engine on a unix socket for its version. */
const ask = (socketPath: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const call = request({ socketPath, path: '/version', timeout: 5_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => {
        try {
          resolve(String((JSON.parse(body) as { Version?: string }).Version ?? ''));
        } catch (error) {
          reject(error);
        }
      });
    });
    call.on('timeout', () => call.destroy(new Error('timeout')));
    call.on('error', reject);
    call.end();
  });

export const findEngine = async (env: NodeJS.ProcessEnv): Promise<EngineState> => {
  const host = env.DOCKER_HOST;
  if (host && !host.startsWith('unix://')) return { state: 'remote', host };
  const socket = host ? host.slice('unix://'.length) : DEFAULT_SOCKET;
  try {
    const version = await ask(socket);
    return atLeast(version, ENGINE_FLOOR) ? { state: 'usable', version } : { state: 'too_old', version };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES'
      ? { state: 'no_permission', socket }
      : { state: 'not_running', socket };
  }
};
