import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './sources.ts';

const files = globSync('{packages/*/{src,scripts},plugins/*/{src,scripts},test,scripts}/**/*.ts', { cwd: ROOT }).map(
  (path) => ({
    path,
    text: readFileSync(join(ROOT, path), 'utf8'),
  }),
);

const LONGEST = 300;
// Spelled so that this file does not find itself.
const SKIPPED = new RegExp(
  String.raw`\b(?:it|test|describe|suite)\.(?:sk${''}ip|skipIf|runIf|todo|only|fails)\b|\bx(?:it|describe)\(`,
);

it(`no file is longer than ${LONGEST} lines`, () => {
  const long = files
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > LONGEST);
  expect(long).toEqual([]);
});

it('no test is skipped, and none runs alone', () => {
  const skipped = files.filter(({ path, text }) => /\.(i?test)\.ts$/.test(path) && SKIPPED.test(text));
  expect(skipped.map(({ path }) => path)).toEqual([]);
});
