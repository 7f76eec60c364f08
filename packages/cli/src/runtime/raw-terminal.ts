import type { ExecInput } from '@nemoclaw/core';

type Streams = Pick<ExecInput, 'tty' | 'stdin' | 'stdout' | 'stderr' | 'size' | 'onResize'>;

/** Runs with our own streams; with a terminal, keys go through unread (Ctrl+C included) and its size follows ours. */
export async function withTerminal<T>(tty: boolean, run: (streams: Streams) => Promise<T>): Promise<T> {
  const { stdin, stdout, stderr } = process;
  if (!tty || !stdin.isTTY) return run({ tty, stdin, stdout, stderr });

  const size = () => ({ columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 });
  let resized: (() => void) | undefined;
  stdin.setRawMode(true);
  try {
    return await run({
      tty,
      stdin,
      stdout,
      stderr,
      size: size(),
      onResize: (apply) => {
        resized = () => apply(size());
        stdout.on('resize', resized);
      },
    });
  } finally {
    if (resized !== undefined) stdout.off('resize', resized);
    stdin.setRawMode(false);
    stdin.pause();
  }
}
