import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runWithProgress, startProgress } from './progress.ts';

const terminal = (isTTY: boolean) => {
  const written: string[] = [];
  return { isTTY, columns: 40, written, write: (text: string) => written.push(text) };
};

describe('startProgress', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('counts on each second on a terminal, without a word from the work, and wipes its line at the end', () => {
    const tty = terminal(true);
    const progress = startProgress('building', tty);
    vi.advanceTimersByTime(2_000);
    progress.line('Step 3\u001b[31m/9');
    vi.advanceTimersByTime(1_000);
    progress.end();
    vi.advanceTimersByTime(5_000);
    expect(tty.written).toEqual([
      '\r\u001b[2K   building 1 s',
      '\r\u001b[2K   building 2 s',
      '\r\u001b[2K   building 3 s  Step 3 [31m/9',
      '\r\u001b[2K',
    ]);
  });

  it('writes whole lines elsewhere, one each tenth second, and cuts long ones', () => {
    const pipe = terminal(false);
    const progress = startProgress('building', pipe);
    progress.line('x'.repeat(100));
    vi.advanceTimersByTime(20_500);
    progress.end();
    expect(pipe.written).toHaveLength(2);
    expect(pipe.written[1]).toMatch(/^ {3}building 20 s {2}x+\n$/);
    expect(pipe.written[1]).toHaveLength(40);
  });
});

describe('runWithProgress', () => {
  it('fails with the last lines of the program', async () => {
    const script = 'for (let n = 0; n < 40; n++) console.error("line " + n); process.exitCode = 3';
    const run = runWithProgress('trying', process.execPath, ['-e', script]);
    await expect(run).rejects.toThrow(/^trying: `.*` ended with 3\.\nline 25\n[\s\S]*line 39$/);
  });

  it('says when there is no such program', async () => {
    await expect(runWithProgress('trying', '/nonexistent/program', [])).rejects.toThrow(/trying: .*ENOENT/);
  });
});
