import { Worker } from 'node:worker_threads';
import type { CallGuard } from '../plugins/index.ts';
import { type WatchdogMessage, type WatchdogSetup, watchdogThread } from './watchdog-thread.ts';

export interface WatchdogOptions {
  /** For the line that it writes: `nemoclaw` or `nemohermes`. */
  program: string;
  /** File of faults that it adds to. */
  faults?: string;
  /** How often each side looks, ms. */
  tickMs?: number;
  /** How long beyond its bound a blocked call may go on, ms: the ordinary timer comes first where it can. */
  graceMs?: number;
}

/**
 * Ends the process when plugin code blocks the main thread past its bound; timers and Ctrl+C are dead then. The thread
 * starts with the first call and keeps no process alive. It writes one line to fd 2 by itself, since everything that the
 * main thread would have to pass on is stuck, and kills, since `process.exit` in a thread ends only the thread.
 */
export const createWatchdog = (options: WatchdogOptions): CallGuard & { dispose(): Promise<void> } => {
  const { tickMs = 100, graceMs = 1000 } = options;
  const beat = new Int32Array(new SharedArrayBuffer(4));
  let thread: Worker | undefined;
  let heart: NodeJS.Timeout | undefined;
  let watched = 0;
  let nextId = 0;

  const start = (): Worker => {
    const setup: WatchdogSetup = {
      beat,
      tickMs,
      graceMs,
      program: options.program,
      ...(options.faults === undefined ? {} : { faults: options.faults }),
    };
    // From text, so that it needs no file of its own in a bundle, and none of this process's flags or environment.
    const worker = new Worker(`(${watchdogThread.toString()})(require('node:worker_threads'))`, {
      eval: true,
      workerData: setup,
      execArgv: [],
      env: {},
      name: 'plugin watchdog',
    });
    worker.unref();
    // Without its watchdog a command still works.
    worker.on('error', () => undefined);
    return worker;
  };
  const tell = (message: WatchdogMessage): void => {
    thread ??= start();
    thread.postMessage(message);
  };

  return {
    enter: ({ plugin, what, timeoutMs }) => {
      const id = nextId;
      nextId += 1;
      tell({ type: 'enter', id, plugin, what, timeoutMs });
      watched += 1;
      heart ??= setInterval(() => Atomics.add(beat, 0, 1), tickMs).unref();
      return {
        leave: (outcome) => {
          if (outcome === 'abandoned') {
            // Its code may still run, and block: watched until the end, so the heart goes on.
            tell({ type: 'abandon', id });
            return;
          }
          tell({ type: 'leave', id });
          watched -= 1;
          if (watched > 0) return;
          clearInterval(heart);
          heart = undefined;
        },
      };
    },
    dispose: async () => {
      clearInterval(heart);
      heart = undefined;
      watched = 0;
      const ending = thread;
      thread = undefined;
      await ending?.terminate();
    },
  };
};
