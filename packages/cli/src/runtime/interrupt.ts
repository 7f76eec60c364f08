import { SIGNAL_EXIT } from '../envelope/exit-codes.ts';

export type InterruptSignal = 'SIGINT' | 'SIGTERM';

/** `signal.reason` of an interrupted call. */
export interface InterruptReason {
  signal: InterruptSignal;
}

export interface Interrupt {
  signal: AbortSignal;
  /** Which signal came, once one did. */
  received(): InterruptSignal | undefined;
  dispose(): void;
}

type Host = Pick<NodeJS.Process, 'on' | 'off' | 'exit'> & { stderr: { write(text: string): unknown } };

/**
 * The first SIGINT or SIGTERM aborts, so that what was begun is undone; a second one ends the process at once. Only a
 * command that `changes` something says so: whoever ends `logs --follow` knows what he does.
 */
export function watchInterrupts(bin: string, changes: boolean, host: Host = process): Interrupt {
  const controller = new AbortController();
  let received: InterruptSignal | undefined;

  const say = (text: string): void => {
    host.stderr.write(`${text}\n`);
  };

  const handle = (signal: InterruptSignal): void => {
    if (received !== undefined) {
      if (changes) say(`Stopped at once. \`${bin} <name> recover\` cleans up what was half done.`);
      host.exit(SIGNAL_EXIT[signal]);
    }
    received = signal;
    if (changes)
      say(
        'Interrupted: undoing what was begun, or finishing what can’t be undone any more. A second time stops at once.',
      );
    const reason: InterruptReason = { signal };
    controller.abort(reason);
  };
  const onInt = (): void => handle('SIGINT');
  const onTerm = (): void => handle('SIGTERM');
  host.on('SIGINT', onInt);
  host.on('SIGTERM', onTerm);

  return {
    signal: controller.signal,
    received: () => received,
    dispose: () => {
      host.off('SIGINT', onInt);
      host.off('SIGTERM', onTerm);
    },
  };
}
