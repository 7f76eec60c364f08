import { oneLine } from '@nemoclaw/plugin-api';
import { execa } from 'execa';
import { SetupError } from './setup-error.ts';

/** All progress goes to stderr; stdout keeps what the product itself prints. */
export const say = (text: string): void => void process.stderr.write(`${text}\n`);

export interface Terminal {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  line(text: string): void;
  end(): void;
}

/** Shows that long work lives: title, seconds and the last line, on a terminal each second, elsewhere each tenth. */
export const startProgress = (title: string, terminal: Terminal = process.stderr): Progress => {
  const begin = performance.now();
  let last = '';
  const show = () => {
    const seconds = Math.round((performance.now() - begin) / 1000);
    const body = oneLine(`${title} ${seconds} s  ${last}`, (terminal.columns || 120) - 4);
    terminal.write(terminal.isTTY ? `\r\u001b[2K   ${body}` : `   ${body}\n`);
  };
  const timer = setInterval(show, terminal.isTTY ? 1_000 : 10_000);
  return {
    line: (text) => {
      if (text.trim() !== '') last = text;
    },
    end: () => {
      clearInterval(timer);
      if (terminal.isTTY) terminal.write('\r\u001b[2K');
    },
  };
};

export const withProgress = async <T>(
  title: string,
  work: (line: (text: string) => void) => Promise<T>,
): Promise<T> => {
  const progress = startProgress(title);
  try {
    return await work(progress.line);
  } finally {
    progress.end();
  }
};

const LAST_LINES = 15;

/**
 * Runs a program to its end, its output shown as progress. It has a process group of its own: Ctrl+C on the terminal
 * does not cut a package manager off in the middle; only `signal` does. Rejects with its last lines.
 */
export const runWithProgress = (
  title: string,
  file: string,
  args: string[],
  { env = {}, signal }: { env?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<void> =>
  withProgress(title, async (line) => {
    const cancel = signal ? { cancelSignal: signal, cleanup: true } : { cleanup: false };
    const child = execa(file, args, { env, all: true, stdin: 'ignore', detached: true, reject: false, ...cancel });
    for await (const text of child.iterable({ from: 'all' })) line(text);
    const { failed, exitCode, all, originalMessage } = await child;
    if (!failed) return;
    signal?.throwIfAborted();
    const tail = (all ?? '').split('\n').slice(-LAST_LINES).join('\n').trim();
    throw new SetupError(`${title}: \`${file}\` ended with ${exitCode ?? originalMessage}.\n${tail}`);
  });
