/** All progress goes to stderr; stdout keeps what the product itself prints. */
export const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Repeats one line on a terminal, so that a long build shows that it lives; in a pipe every tenth second. */
export const ticker = (title: string): { line(text: string): void; end(): void } => {
  const tty = process.stderr.isTTY;
  const begin = Date.now();
  let shown = 0;
  return {
    line(text) {
      const now = Date.now();
      if (now - shown < (tty ? 100 : 10_000)) return;
      shown = now;
      const seconds = Math.round((now - begin) / 1000);
      const columns = process.stderr.columns ?? 100;
      const body = `   ${title} ${seconds}s  ${text}`.slice(0, columns - 1);
      process.stderr.write(tty ? `\r\u001b[2K${body}` : `${body}\n`);
    },
    end() {
      if (tty) process.stderr.write('\r\u001b[2K');
    },
  };
};

/** Where the time went, stage by stage, in the order in which the stages ran. */
export class Stages {
  readonly #times: [name: string, ms: number][] = [];

  constructor(before: string | undefined) {
    for (const part of (before ?? '').split(',').filter(Boolean)) {
      const [name = '', seconds = '0'] = part.split('=');
      this.#times.push([name, Number(seconds) * 1000]);
    }
  }

  async run<T>(name: string, title: string, work: () => Promise<T>): Promise<T> {
    say(`== ${title}`);
    const begin = performance.now();
    try {
      return await work();
    } finally {
      this.#times.push([name, performance.now() - begin]);
    }
  }

  report(): string {
    const total = this.#times.reduce((sum, [, ms]) => sum + ms, 0);
    const parts = this.#times.map(([name, ms]) => `${name} ${(ms / 1000).toFixed(1)}s`);
    return `Where the time went: ${parts.join(', ')}; ${(total / 1000).toFixed(0)}s in all.`;
  }
}
