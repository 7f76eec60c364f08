import { describe, expect, it } from 'vitest';
import { LastLines, LineSplitter } from './lines.ts';

const split = (...chunks: (string | Uint8Array)[]): string[] => {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.write(Buffer.from(chunk as string));
  splitter.end();
  return lines;
};

describe('LineSplitter', () => {
  it('joins what comes in pieces', () => expect(split('a', 'b\nc', '\r\n\nd')).toEqual(['ab', 'c', '', 'd']));
  it('keeps a character that is cut between two pieces', () => {
    const bytes = Buffer.from('größe\n');
    expect(split(bytes.subarray(0, 3), bytes.subarray(3))).toEqual(['größe']);
  });
  it('cuts a line that never ends and goes on with the next', () => {
    const lines = split('x'.repeat(20_000), 'y'.repeat(20_000), '\nnext\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toHaveLength(8 * 1024 + 6);
    expect(lines[1]).toBe('next');
  });
});

it('keeps only the last lines', () => {
  const last = new LastLines(2);
  for (const line of ['a', 'b', 'c']) last.add(line);
  expect(last.all()).toEqual(['b', 'c']);
});
