import type { Readable } from 'node:stream';

/** Collects at most `limit` bytes; the rest is read and thrown away, so that the writer never blocks on us. */
export const collect = (stream: Readable, limit: number): (() => string) => {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    const rest = limit - size;
    if (rest <= 0) return;
    const kept = chunk.length > rest ? chunk.subarray(0, rest) : chunk;
    chunks.push(kept);
    size += kept.length;
  });
  stream.on('error', () => {});
  return () => Buffer.concat(chunks).toString('utf8');
};
