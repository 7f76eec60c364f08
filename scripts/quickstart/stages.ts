import { say } from './progress.ts';

/** Where the time went, stage by stage, in the order in which the stages ran. */
export class Stages {
  readonly #times: [name: string, ms: number][] = [];

  /** `before`: what the shell measured already, `name=seconds,…`. */
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
    const parts = this.#times.map(([name, ms]) => `${name} ${(ms / 1000).toFixed(1)} s`);
    return `Where the time went: ${parts.join(', ')}; ${(total / 1000).toFixed(0)} s in all.`;
  }
}
