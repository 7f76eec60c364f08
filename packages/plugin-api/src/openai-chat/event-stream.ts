/**
 * The `data` of each server-sent event. Bounded: an answer of more than `maxBytes` is an error of the reader's.
 * @throws RangeError past the bound.
 */
export async function* eventData(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let pending = '';
  let read = 0;
  let data: string[] = [];
  for await (const chunk of body) {
    read += chunk.byteLength;
    if (read > maxBytes) throw new RangeError(`more than ${maxBytes} bytes`);
    pending += decoder.decode(chunk, { stream: true });
    const lines = pending.split(/\r?\n/);
    pending = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('data:')) data.push(line.slice(5).trimStart());
      else if (line === '' && data.length > 0) {
        yield data.join('\n');
        data = [];
      }
    }
  }
  if (pending.startsWith('data:')) data.push(pending.slice(5).trimStart());
  if (data.length > 0) yield data.join('\n');
}

/**
 * The whole body as text.
 * @throws RangeError past the bound.
 */
export async function boundedText(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let read = 0;
  for await (const chunk of body) {
    read += chunk.byteLength;
    if (read > maxBytes) throw new RangeError(`more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
