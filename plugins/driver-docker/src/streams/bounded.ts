/** Keeps the first `maxBytes` of what is written to it and counts the rest away. */
export interface BoundedBuffer {
  write(chunk: Buffer): void;
  readonly truncated: boolean;
  bytes(): Buffer;
}

export const boundedBuffer = (maxBytes: number): BoundedBuffer => {
  const chunks: Buffer[] = [];
  let kept = 0;
  let truncated = false;
  return {
    write(chunk) {
      const room = maxBytes - kept;
      if (chunk.length > room) truncated = true;
      if (room <= 0) return;
      const part = chunk.length > room ? chunk.subarray(0, room) : chunk;
      chunks.push(part);
      kept += part.length;
    },
    get truncated() {
      return truncated;
    },
    bytes: () => Buffer.concat(chunks),
  };
};
