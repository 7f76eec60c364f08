type LogFields = Record<string, string | number | boolean | undefined>;
/** One line of JSON for one event. Callers pass names, numbers and reasons; never headers, bodies or keys. */
export type Log = (event: string, fields?: LogFields) => void;

/** @param write takes one line that ends in a line break. */
export const createLog =
  (write: (line: string) => void, now: () => Date): Log =>
  (event, fields = {}) =>
    write(`${JSON.stringify({ time: now().toISOString(), event, ...fields })}\n`);

/** Text that comes from the network, cut and without anything that a terminal or a log reader could act on. */
export const printable = (text: string, maxLength = 128): string =>
  text.replaceAll(/[^\x21-\x7e]/g, '?').slice(0, maxLength);

/** An error's code, else its name; its message may quote what it failed on. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : 'unknown';
