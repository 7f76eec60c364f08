/** What `--json` prints, one shape for all commands; `schemaVersion` changes when a field loses its meaning. */
export type Envelope =
  | { schemaVersion: 1; status: 'ok'; result: unknown; warnings: string[] }
  | { schemaVersion: 1; status: 'error'; error: EnvelopeError; result?: unknown; warnings: string[] };

export interface EnvelopeError {
  code: string;
  message: string;
  hint?: string;
  /** `name@version` of the plugin that failed. */
  plugin?: string;
  details?: unknown;
  /** With `--verbose`. */
  causes?: string[];
}

export function okEnvelope(result: unknown, warnings: readonly string[] = []): Envelope {
  return { schemaVersion: 1, status: 'ok', result, warnings: [...warnings] };
}

/** `result` is there when a command ran to its end and found something wrong (`doctor`). */
export function errorEnvelope(error: EnvelopeError, warnings: readonly string[] = [], result?: unknown): Envelope {
  const envelope: Envelope = { schemaVersion: 1, status: 'error', error, warnings: [...warnings] };
  return result === undefined ? envelope : { ...envelope, result };
}

/** What JSON leaves as it is and a terminal may obey: eight-bit controls, and marks that turn text around or hide it. */
const OBEYED = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

export function printEnvelope(envelope: Envelope): string {
  const text = JSON.stringify(envelope, null, 2);
  return `${text.replace(OBEYED, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
