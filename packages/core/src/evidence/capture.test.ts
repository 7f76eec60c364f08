import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '@nemoclaw/plugin-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRedactor } from '../redaction/index.ts';
import { createStateStore, type StateStore } from '../state/store.ts';
import { type CaptureInput, captureEvidence } from './capture.ts';
import type { Collector } from './collect.ts';

let home: string;
let store: StateStore;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'nemoclaw evidence '));
  store = createStateStore(home);
});
afterEach(() => rm(home, { recursive: true }));

const at = new Date('2026-11-21T09:00:00.000Z');
const SECRET = 's3cret-s3cret';
const redactor = createRedactor();
redactor.learn(SECRET);
const captured = (collect: Collector[], more: Partial<CaptureInput> = {}) =>
  captureEvidence({
    store,
    name: 'demo',
    operation: 'onboard',
    error: new CodedError('PORT_TAKEN', { message: `port 1 is taken by ${SECRET}`, details: { port: 1 } }),
    step: 'relay',
    collect,
    redactor,
    now: () => at,
    ...more,
  });
const capture = async (...input: Parameters<typeof captured>) => (await captured(...input)).folder;
const read = (folder: string, file: string) => readFile(join(folder, file), 'utf8');
const summary = async (folder: string) => JSON.parse(await read(folder, 'summary.json'));

it('writes a summary and one file for each collector, redacted, for the owner only', async () => {
  const folder = await capture([
    { name: 'agent.log', run: async () => `it said ${SECRET}` },
    { name: 'engine', run: async () => ({ [SECRET]: SECRET }) },
  ]);
  expect(folder).toBe(join(store.paths('demo').evidence, '2026-11-21T09-00-00.000Z-onboard'));
  expect((await readdir(folder)).sort()).toEqual(['agent.log', 'engine.json', 'summary.json']);
  expect(await read(folder, 'agent.log')).toBe('it said [redacted]');
  expect(JSON.parse(await read(folder, 'engine.json'))).toEqual({ '[redacted]': '[redacted]' });
  expect(await summary(folder)).toMatchObject({
    at: at.toISOString(),
    sandbox: 'demo',
    operation: 'onboard',
    step: 'relay',
    error: { code: 'PORT_TAKEN', message: 'port 1 is taken by [redacted]' },
    details: { port: 1 },
    files: [{ file: 'agent.log' }, { file: 'engine.json' }],
  });
  expect((await stat(join(folder, 'agent.log'))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

describe('a collector', () => {
  it('that hangs or fails costs its bound, and the others are written', async () => {
    let aborted = false;
    const hangs = (signal: AbortSignal): Promise<string> => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return new Promise(() => {});
    };
    const folder = await capture(
      [
        { name: 'hangs', run: hangs },
        { name: 'fails', run: () => Promise.reject(new Error(`engine is gone: ${SECRET}`)) },
        { name: 'works', run: async () => 'fine' },
      ],
      { perCallMs: 20 },
    );
    expect(aborted).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(['summary.json', 'works.txt']);
    expect((await summary(folder)).files).toMatchObject([
      { missing: 'no answer within 0.02 s' },
      { missing: 'engine is gone: [redacted]' },
      { file: 'works.txt' },
    ]);
  });

  it('gets nothing when the time for all is over', async () => {
    const hang = { name: 'hangs', run: () => new Promise<string>(() => {}) };
    const folder = await capture([hang, hang, hang], { totalMs: 30, perCallMs: 1_000 });
    const { files } = await summary(folder);
    expect(files).toHaveLength(3);
    for (const file of files) expect(file.missing).toContain('for evidence were over');
  });

  it('that floods is cut to its last 256 KiB, after the redaction', async () => {
    const long = `${SECRET} ${'é'.repeat(300_000)} the end ${SECRET}`;
    const folder = await capture([{ name: 'flood.log', run: async () => long }]);
    const text = await read(folder, 'flood.log');
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(256 * 1024);
    expect(text).toMatch(/^… what came before is cut off/);
    expect(text.endsWith('the end [redacted]')).toBe(true);
    expect(text).not.toContain('\ufffd');
  });

  it('can’t write outside of the folder', async () => {
    const folder = await capture([{ name: '../../sandbox.json', run: async () => 'x' }]);
    expect((await readdir(folder)).sort()).toEqual(['-..-sandbox.json', 'summary.json']);
  });
});

it('keeps the last twenty folders, and two of the same moment apart', async () => {
  const folders: string[] = [];
  for (let count = 0; count < 22; count++)
    folders.push(await capture([], { now: () => new Date(at.getTime() + Math.floor(count / 2) * 1000) }));
  expect(new Set(folders).size).toBe(22);
  const kept = await readdir(store.paths('demo').evidence);
  expect(kept).toHaveLength(20);
  expect(kept.sort()[0]).toContain('09-00-01');
});

it('takes an error of any kind', async () => {
  const folder = await capture([], { error: 'just text' });
  expect((await summary(folder)).error).toMatchObject({ code: 'INTERNAL_ERROR', message: 'Unexpected: just text' });
});

it('says when it began, what else is known of it, and afterwards what became of it', async () => {
  const seen: string[] = [];
  const { folder, conclude } = await captured([{ name: 'look', run: async () => `${seen.push('looked')}` }], {
    startedAt: new Date(at.getTime() - 5_000),
    summary: () => ({ failure: 'container_failed', seen }),
  });
  const before = await summary(folder);
  expect(before).toMatchObject({
    failure: 'container_failed',
    seen: ['looked'],
    rolledBack: 'no',
    timings: { startedAt: '2026-11-21T08:59:55.000Z', failedAt: at.toISOString(), evidenceMs: expect.any(Number) },
  });
  await conclude('failed', 1234.5);
  expect(await summary(folder)).toEqual({
    ...before,
    rolledBack: 'failed',
    timings: { ...before.timings, undoMs: 1235 },
  });
});
