import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';

export interface Pty {
  /** All that was shown so far, without what moves the cursor. */
  shown(): string;
  /** Until the terminal shows it, from where the last wait ended; fails with all that was shown. */
  sees(pattern: RegExp, timeoutMs?: number): Promise<void>;
  type(keys: string): void;
  /** Exit code of the program. */
  ended(timeoutMs?: number): Promise<number>;
  process: ChildProcess;
}

export const KEYS = { enter: '\r', ctrlC: '\x03', ctrlD: '\x04' } as const;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A program on a real terminal, whose keys and screen are ours: util-linux's `script` makes the terminal. */
export function onTerminal(argv: readonly string[], env: NodeJS.ProcessEnv): Pty {
  const command = argv.map(quoted).join(' ');
  const child = spawn('script', ['-q', '-e', '-f', '-c', command, '/dev/null'], {
    env: { ...env, SHELL: '/bin/sh', TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let raw = '';
  let screen = '';
  let from = 0;
  let changed = Promise.withResolvers<void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    raw += text;
    // The whole, since a sequence may come in two pieces.
    screen = stripVTControlCharacters(raw).replaceAll('\r', '');
    changed.resolve();
    changed = Promise.withResolvers();
  });
  const exited = once(child, 'exit').then(([code]) => Number(code ?? -1));
  const late = (timeoutMs: number, what: string) => {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`${what} within ${timeoutMs} ms; shown: ${screen}`)), timeoutMs);
    return { promise, clear: () => clearTimeout(timer) };
  };
  return {
    process: child,
    shown: () => screen,
    type: (keys) => void child.stdin.write(keys),
    async sees(pattern, timeoutMs = 20_000) {
      const timer = late(timeoutMs, `never saw ${pattern}`);
      try {
        for (;;) {
          const found = pattern.exec(screen.slice(from));
          if (found) {
            from += found.index + found[0].length;
            return;
          }
          await Promise.race([changed.promise, timer.promise]);
        }
      } finally {
        timer.clear();
      }
    },
    async ended(timeoutMs = 20_000) {
      const timer = late(timeoutMs, 'did not end');
      return Promise.race([exited, timer.promise]).finally(timer.clear);
    },
  };
}
