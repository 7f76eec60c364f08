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

/** The first SIGINT or SIGTERM aborts, so that what was begun is undone; a second one ends the process at once. */
export function watchInterrupts(bin: string, host: Host = process): Interrupt {
  const controller = new AbortController();
  let received: InterruptSignal | undefined;

  const handle = (signal: InterruptSignal): void => {
    if (received !== undefined) {
      host.stderr.write(`Stopped at once. \`${bin} <name> recover\` cleans up what was half done.\n`);
      host.exit(SIGNAL_EXIT[signal]);
    }
    received = signal;
    host.stderr.write('Interrupted: undoing what was begun. Press again to stop at once.\n');
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
