import { setTimeout as sleep } from 'node:timers/promises';

const INTERVAL_MS = 100;

/** Asks until the answer is yes; the engine has no event for a changed CDI folder. @throws after `boundMs`. */
export async function waitFor(what: string, ask: () => Promise<boolean>, boundMs: number): Promise<void> {
  const end = performance.now() + boundMs;
  while (!(await ask())) {
    if (performance.now() > end) throw new Error(`waited ${boundMs} ms for ${what}`);
    await sleep(INTERVAL_MS);
  }
}
