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

export function printEnvelope(envelope: Envelope): string {
  return `${JSON.stringify(envelope, null, 2)}\n`;
}
