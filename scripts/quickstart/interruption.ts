import { isCodedError } from '@nemoclaw/plugin-api';
import { say } from './progress.ts';
import { SetupError } from './setup-error.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const EXIT = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Runs a script's work. The first signal aborts it: what can't be cut off comes to its end, the ledger knows the rest. A
 * second one ends at once. Errors that a person can act on are printed without a stack.
 */
export const runScript = async (work: (signal: AbortSignal) => Promise<void>): Promise<void> => {
  const controller = new AbortController();
  const onSignal = (name: (typeof SIGNALS)[number]) => {
    if (controller.signal.aborted) process.exit(EXIT[name]);
    say('\nStopping, as soon as what can’t be cut off is done. Once more stops at once.');
    process.exitCode = EXIT[name];
    controller.abort(
      new SetupError('Stopped. Run it again to go on, or with --clean to take away what is there so far.'),
    );
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    await work(controller.signal);
    controller.signal.throwIfAborted();
  } catch (thrown) {
    const error: unknown = controller.signal.aborted ? controller.signal.reason : thrown;
    process.exitCode ??= 1;
    if (error instanceof SetupError) say(`\n${error.message}`);
    else if (isCodedError(error)) say(`\n${error.message}${error.hint ? `\n${error.hint}` : ''}`);
    else throw error;
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
  }
};
