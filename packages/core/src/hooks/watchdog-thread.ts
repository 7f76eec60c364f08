export interface WatchdogSetup {
  /** One counter that the main thread raises while it is alive. */
  beat: Int32Array;
  tickMs: number;
  graceMs: number;
  program: string;
  /** Where `plugins doctor` will find what was the matter; one line of JSON is appended. */
  faults?: string;
}

export type WatchdogMessage =
  | { type: 'enter'; id: number; plugin: string; what: string; timeoutMs: number }
  | { type: 'abandon' | 'leave'; id: number };

/**
 * The body of the watchdog's thread. It is passed on as text: it must use nothing from outside of itself, and no function
 * with a name (a bundler may wrap those in a helper of its own).
 *
 * Time is counted in its own ticks, not read from a clock: when the whole process was stopped (Ctrl+Z, a suspended
 * laptop, a debugger), both threads were, and nobody blocked anybody.
 */
export const watchdogThread = (threads: typeof import('node:worker_threads')): void => {
  const { beat, tickMs, graceMs, program, faults } = threads.workerData as WatchdogSetup;
  const { appendFileSync, writeSync } = process.getBuiltinModule('node:fs');
  const { isatty } = process.getBuiltinModule('node:tty');
  const calls = new Map<
    number,
    { plugin: string; what: string; timeoutMs: number; ranMs: number; abandoned: boolean }
  >();
  let last = -1;
  let silentMs = 0;

  threads.parentPort?.on('message', (message: WatchdogMessage) => {
    const call = calls.get(message.id);
    if (message.type === 'enter') {
      if (calls.size === 0) silentMs = 0;
      calls.set(message.id, { ...message, ranMs: 0, abandoned: false });
    } else if (message.type === 'leave') calls.delete(message.id);
    else if (call) call.abandoned = true;
  });

  setInterval(() => {
    const now = Atomics.load(beat, 0);
    silentMs = now === last ? silentMs + tickMs : 0;
    last = now;
    for (const call of calls.values()) call.ranMs += tickMs;
    const over = [...calls.values()].some((call) =>
      call.abandoned
        ? // The rest of the program runs too by now, and may think for a moment.
          silentMs >= Math.max(call.timeoutMs, 10 * graceMs)
        : silentMs >= graceMs && call.ranMs >= call.timeoutMs + graceMs,
    );
    if (!over) return;
    // Calls nest (a hook imports its module): of each plugin the outer one says most.
    const active = [...calls.values()].filter((call) => !call.abandoned);
    const suspects = (active.length > 0 ? active : [...calls.values()]).toReversed();
    const blockers = new Map(suspects.map((call) => [call.plugin, call]));
    const names = [...blockers.values()].map(
      (call) => `plugin ${call.plugin} in ${call.what} (bound ${call.timeoutMs} ms)`,
    );
    const line =
      `${program}: PLUGIN_BLOCKED: ${names.length > 1 ? 'one of ' : ''}${names.join(', ')} kept the whole program from going on, ` +
      `so it was ended. What it did is in the journal: run "${program} <name> recover".\n`;
    for (const call of faults === undefined ? [] : blockers.values()) {
      const message = `Plugin ${call.plugin} ${blockers.size > 1 ? 'may have ' : ''}blocked the whole program in ${call.what} (bound ${call.timeoutMs} ms). Likely cause: a loop that does not end.`;
      const at = new Date().toISOString();
      try {
        appendFileSync(
          faults as string,
          `${JSON.stringify({ plugin: call.plugin, code: 'PLUGIN_BLOCKED', message, at })}\n`,
        );
      } catch {
        // Its folder is not there: no plugin but the built-in ones.
      }
    }
    try {
      // A task list may have hidden the cursor and left a line unfinished.
      writeSync(2, isatty(2) ? `\r\x1b[K\x1b[?25h${line}` : line);
    } finally {
      process.kill(process.pid, 'SIGKILL');
    }
  }, tickMs);
};
