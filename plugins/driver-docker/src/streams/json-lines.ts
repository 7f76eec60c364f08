import { byLines } from './lines.ts';

/**
 * JSON objects, one a line, out of a stream whose chunks may hold several or half of one. Progress of pull and build and
 * events come so. A line that is no JSON object is an error: the engine speaks another protocol.
 */
export async function* jsonLines(stream: AsyncIterable<Buffer | string>): AsyncGenerator<Record<string, unknown>> {
  for await (const line of byLines(stream)) {
    const text = line.trim();
    if (text === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new Error(`the engine's stream holds something that is not JSON: ${JSON.stringify(text.slice(0, 80))}`);
    }
    if (value === null || typeof value !== 'object')
      throw new Error("the engine's stream holds something that is no object");
    yield value as Record<string, unknown>;
  }
}
