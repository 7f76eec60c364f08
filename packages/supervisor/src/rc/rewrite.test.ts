import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rewriteOwnFile } from './rewrite.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nemoclaw-rc-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const upper = (text: string): string => text.toUpperCase();
const me = process.getuid?.() ?? 0;
/** As somebody who is not root, so that ownership counts. */
const SOMEBODY = 4711;

it('rewrites a file of its own, whole or not at all, and keeps its mode', () => {
  writeFileSync(at('.bashrc'), 'a\n');
  chmodSync(at('.bashrc'), 0o640);
  const { ino } = lstatSync(at('.bashrc'));
  expect(rewriteOwnFile(at('.bashrc'), upper, me)).toEqual({ outcome: 'rewritten' });
  expect(readFileSync(at('.bashrc'), 'utf8')).toBe('A\n');
  expect(lstatSync(at('.bashrc')).mode & 0o7777).toBe(0o640);
  // Another file: whoever read the old one still has all of it.
  expect(lstatSync(at('.bashrc')).ino).not.toBe(ino);
  expect(readdirSync(folder)).toEqual(['.bashrc']);
});

it('leaves bytes that are no text, and a file without anything to change, as they are', () => {
  const bytes = Buffer.from([0xff, 0xfe, 0x0a, 0x61]);
  writeFileSync(at('.profile'), bytes);
  expect(rewriteOwnFile(at('.profile'), (text) => text, me)).toEqual({ outcome: 'unchanged' });
  rewriteOwnFile(at('.profile'), (text) => `${text}b`, me);
  expect(readFileSync(at('.profile'))).toEqual(Buffer.concat([bytes, Buffer.from('b')]));
});

it('has nothing to say of a file that is not there', () => {
  expect(rewriteOwnFile(at('.bashrc'), upper, me)).toEqual({ outcome: 'absent' });
});

it('follows no link, and what it leads to stays as it is', () => {
  writeFileSync(at('target'), 'a\n');
  symlinkSync(at('target'), at('.bashrc'));
  expect(rewriteOwnFile(at('.bashrc'), upper, me)).toEqual({ outcome: 'unsafe', why: 'it is a link' });
  expect(readFileSync(at('target'), 'utf8')).toBe('a\n');
  expect(readlinkSync(at('.bashrc'))).toBe(at('target'));
});

it.each([
  ['a folder', () => mkdirSync(at('.bashrc')), /not a regular file/],
  // Opening a pipe that nobody writes to would wait for ever.
  ['a pipe', () => spawnSync('mkfifo', [at('.bashrc')]), /not a regular file/],
  ['a file as large as no rc file is', () => writeFileSync(at('.bashrc'), Buffer.alloc((1 << 20) + 1)), /bytes/],
])('leaves %s alone', (_what, make, why) => {
  make();
  const before = lstatSync(at('.bashrc'));
  expect(rewriteOwnFile(at('.bashrc'), upper, me)).toEqual({ outcome: 'unsafe', why: expect.stringMatching(why) });
  expect(lstatSync(at('.bashrc'))).toEqual(before);
});

it('leaves alone what belongs to somebody else, by whatever name', () => {
  writeFileSync(at('theirs'), 'a\n');
  linkSync(at('theirs'), at('.bashrc'));
  const refused = { outcome: 'unsafe', why: `it belongs to uid ${me}` };
  expect(rewriteOwnFile(at('.bashrc'), upper, SOMEBODY)).toEqual(refused);
  expect(readFileSync(at('theirs'), 'utf8')).toBe('a\n');
});

it('leaves alone what was replaced between its look and its change', () => {
  writeFileSync(at('.bashrc'), 'a\n');
  const swapped = (text: string): string => {
    rmSync(at('.bashrc'));
    writeFileSync(at('.bashrc'), 'other\n');
    return text.toUpperCase();
  };
  expect(rewriteOwnFile(at('.bashrc'), swapped, me)).toMatchObject({ outcome: 'unsafe' });
  expect(readFileSync(at('.bashrc'), 'utf8')).toBe('other\n');
  expect(readdirSync(folder)).toEqual(['.bashrc']);
});
