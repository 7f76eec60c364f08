/** Longest line that is passed on in one piece, bytes. */
export const MAX_LINE_BYTES = 1 << 20;

/** Cuts bytes into lines of text (without their ending); a line beyond the bound comes in pieces. UTF-8 survives chunk borders. */
export const lineSplitter = (onLine: (line: string) => void): { write(chunk: Buffer): void; end(): void } => {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const flush = () => {
    const line = Buffer.concat(pending).toString('utf8');
    pending = [];
    pendingBytes = 0;
    onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
  };
  return {
    write(chunk) {
      let start = 0;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, start)) {
        pending.push(chunk.subarray(start, at));
        flush();
        start = at + 1;
      }
      if (start < chunk.length) {
        pending.push(chunk.subarray(start));
        pendingBytes += chunk.length - start;
        if (pendingBytes > MAX_LINE_BYTES) flush();
      }
    },
    end() {
      if (pendingBytes > 0) flush();
    },
  };
};

/** The lines of a stream. */
export async function* byLines(stream: AsyncIterable<Buffer | string>): AsyncGenerator<string> {
  let ready: string[] = [];
  const splitter = lineSplitter((line) => ready.push(line));
  for await (const chunk of stream) {
    splitter.write(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    const lines = ready;
    ready = [];
    yield* lines;
  }
  splitter.end();
  yield* ready;
}
