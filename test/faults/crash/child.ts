import { fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Order, Word } from './program.ts';

const PROGRAM = fileURLToPath(new URL('./program.ts', import.meta.url));

export type Ended =
  | { how: 'killed' }
  | Extract<Word, { type: 'done' | 'failed' }>
  | { how: 'died'; code: number | null; stderr: string };

export interface Child {
  /** When it has loaded the program. */
  ready: Promise<unknown>;
  /** Gives it its order and waits for its end. */
  run(order: Order): Promise<Ended>;
  /** For one that is not needed any more. */
  end(): void;
}

/** A process that has loaded the program and waits for its order: loading takes longer than many an operation. */
export const startChild = (home: string): Child => {
  const child = fork(PROGRAM, [home], {
    execArgv: ['--conditions=source', '--no-warnings'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Loading the program from source is half of what many a round costs.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'nemoclaw-faults-compiled') },
  });
  let stderr = '';
  let last: Word | undefined;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-4_000);
  });
  const ready = new Promise<void>((resolve) => child.once('message', () => resolve()));
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve({ how: 'killed' });
      else if (last && last.type !== 'ready') resolve(last);
      else resolve({ how: 'died', code, stderr });
    });
  });
  const loaded = Promise.race([ready, ended]);
  return {
    ready: loaded,
    async run(order) {
      await loaded;
      child.on('message', (word: Word) => {
        last = word;
      });
      if (child.connected) child.send(order);
      return ended;
    },
    end: () => child.kill('SIGKILL'),
  };
};
