/** What a scripted model does with one request. */
export type ModelReply =
  | { kind: 'text'; text: TextSource; finishReason?: string }
  | { kind: 'toolCall'; tool: string; arguments: Record<string, unknown>; callId?: string }
  /** Any status with any body; an object is sent as JSON. */
  | { kind: 'status'; status: number; body?: unknown; headers?: Record<string, string> }
  /** Takes the request and never answers; `onGone` is called when the client closes the connection. */
  | { kind: 'hang'; onGone?: () => void }
  /** Starts an answer with `text` and then breaks the connection. */
  | { kind: 'cut'; text: string };

/**
 * A whole answer, or its pieces: each piece is one event of a stream. An async iterable lets a test hold an answer
 * half-way for as long as it wants, without a timer.
 */
export type TextSource = string | Iterable<string> | AsyncIterable<string>;

export const text = (source: TextSource): ModelReply => ({ kind: 'text', text: source });
export const status = (code: number, body?: unknown, headers?: Record<string, string>): ModelReply => ({
  kind: 'status',
  status: code,
  ...(body === undefined ? {} : { body }),
  ...(headers === undefined ? {} : { headers }),
});
export const toolCall = (tool: string, args: Record<string, unknown>): ModelReply => ({
  kind: 'toolCall',
  tool,
  arguments: args,
});

/** Words of a string as the pieces of a stream; what iterates by itself stays as it is. */
export async function* pieces(source: TextSource): AsyncGenerator<string> {
  if (typeof source === 'string') yield* source.match(/\S+\s*|\s+/g) ?? [];
  else yield* source;
}
