/** What the scripted engine does with one request. */
export type ScriptedAnswer =
  | { kind: 'answer'; status: number; headers: Record<string, string>; body: string | Buffer }
  /** Pieces written one by one, each in a turn of its own; then the answer ends, breaks off, or stays open. */
  | { kind: 'stream'; status: number; pieces: (string | Buffer)[]; then: 'end' | 'cut' | 'stay open' }
  /** As `stream`, on a connection that was taken over (exec, attach). */
  | { kind: 'hijack'; pieces: (string | Buffer)[]; then: 'end' | 'cut' | 'stay open' }
  /** The answer, so much later. */
  | { kind: 'late'; afterMs: number; answer: ScriptedAnswer }
  /** Nothing, for ever. */
  | { kind: 'hang' }
  /** The connection breaks before a byte of the answer. */
  | { kind: 'cut' };

export const json = (status: number, body: unknown): ScriptedAnswer => ({
  kind: 'answer',
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** The engine's way to say no. */
export const refusal = (status: number, message: string): ScriptedAnswer => json(status, { message });

/** Any bytes, for answers that are not what they should be. */
export const raw = (status: number, body: string | Buffer, headers: Record<string, string> = {}): ScriptedAnswer => ({
  kind: 'answer',
  status,
  headers,
  body,
});

export const empty = (status: number): ScriptedAnswer => raw(status, '');

export const stream = (
  pieces: (string | Buffer)[],
  then: 'end' | 'cut' | 'stay open' = 'end',
  status = 200,
): ScriptedAnswer => ({ kind: 'stream', status, pieces, then });

export const hijack = (pieces: (string | Buffer)[], then: 'end' | 'cut' | 'stay open' = 'end'): ScriptedAnswer => ({
  kind: 'hijack',
  pieces,
  then,
});

export const late = (afterMs: number, answer: ScriptedAnswer): ScriptedAnswer => ({ kind: 'late', afterMs, answer });

export const hang: ScriptedAnswer = { kind: 'hang' };
export const cut: ScriptedAnswer = { kind: 'cut' };

/** One frame of the engine's multiplexed streams. */
export const frame = (name: 'stdout' | 'stderr', text: string | Buffer): Buffer => {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = name === 'stdout' ? 1 : 2;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
};
