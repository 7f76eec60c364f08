import { frame } from '@nemoclaw/testkit/scripted-engine';
import { describe, expect, it } from 'vitest';
import { boundedBuffer } from './bounded.ts';
import { createDemux } from './demux.ts';
import { jsonLines } from './json-lines.ts';
import { byLines, MAX_LINE_BYTES } from './lines.ts';

const collect = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
};

const inPieces = async function* (bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
};

describe('createDemux', () => {
  const bytes = Buffer.concat([
    frame('stdout', 'one'),
    frame('stderr', 'two'),
    frame('stdout', ''),
    frame('stdout', 'x'.repeat(300)),
  ]);

  it.each([1, 3, 7, 8, 9, 11, 4096])('takes streams apart in pieces of %i bytes', (size) => {
    const out: string[] = [];
    const err: string[] = [];
    const demux = createDemux({
      stdout: (chunk) => out.push(String(chunk)),
      stderr: (chunk) => err.push(String(chunk)),
    });
    for (let at = 0; at < bytes.length; at += size) demux(bytes.subarray(at, at + size));
    expect([out.join(''), err.join('')]).toEqual([`one${'x'.repeat(300)}`, 'two']);
  });

  it('passes payloads on without copying them', () => {
    const chunks: Buffer[] = [];
    const demux = createDemux({ stdout: (chunk) => chunks.push(chunk), stderr: () => {} });
    demux(bytes);
    expect(chunks.every((chunk) => chunk.buffer === bytes.buffer)).toBe(true);
  });

  it('refuses what is not multiplexed', () => {
    const demux = createDemux({ stdout: () => {}, stderr: () => {} });
    expect(() => demux(Buffer.from('plain text from a terminal'))).toThrow(/not multiplexed/);
  });
});

describe('boundedBuffer', () => {
  it('keeps the beginning and says that there was more', () => {
    const buffer = boundedBuffer(5);
    for (const part of ['abc', 'def', 'ghi']) buffer.write(Buffer.from(part));
    expect([buffer.bytes().toString(), buffer.truncated]).toEqual(['abcde', true]);
  });

  it('is not truncated by exactly what fits', () => {
    const buffer = boundedBuffer(3);
    buffer.write(Buffer.from('abc'));
    expect([buffer.bytes().toString(), buffer.truncated]).toEqual(['abc', false]);
  });
});

describe('byLines', () => {
  it.each([1, 2, 5, 100])('cuts text into lines whatever the chunks of %i bytes', async (size) => {
    const text = Buffer.from('äé\r\n\nlast without end');
    expect(await collect(byLines(inPieces(text, size)))).toEqual(['äé', '', 'last without end']);
  });

  it('passes an endless line on in pieces', async () => {
    const lines = await collect(byLines(inPieces(Buffer.alloc(MAX_LINE_BYTES * 2 + 10, 'x'), 65_536)));
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join('').length).toBe(MAX_LINE_BYTES * 2 + 10);
  });
});

describe('jsonLines', () => {
  it('reads several and half objects in a chunk', async () => {
    const text = Buffer.from('{"a":1}\r\n{"b":"é"}\n{"c":{}}');
    for (const size of [1, 4, 10, 100]) {
      expect(await collect(jsonLines(inPieces(text, size)))).toEqual([{ a: 1 }, { b: 'é' }, { c: {} }]);
    }
  });

  it.each(['nonsense\n', '3\n', 'null\n'])('refuses %j', async (text) => {
    await expect(collect(jsonLines(inPieces(Buffer.from(text), 100)))).rejects.toThrow(/the engine's stream holds/);
  });
});
