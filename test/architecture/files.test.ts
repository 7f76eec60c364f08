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

/** A file of tests is mostly a table of cases. */
const longest = (path: string): number => (/\.i?test\.ts$/.test(path) ? 400 : 300);

// In pieces, so that this file does not find itself; at the start of a line, so that a text in quotes is none.
const NEVER = new RegExp(
  String.raw`^\s*(?:(?:it|test|describe|suite)\.(?:sk${'ip'}|todo|only|fails)\b|x(?:it|describe)\()`,
  'm',
);
const CONDITIONAL = new RegExp(String.raw`\.(?:skip${'If'}|run${'If'})\(([^)]*)`, 'g');
/** Only root can do some things to a host, an engine of its own among them, and only others can be refused them. */
const ABOUT_ROOT = /\b(asRoot|getuid|privateEngineRefusal)\b/;

it('no file is too long to be one thing', () => {
  const long = files
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ path, lines }) => lines > longest(path));
  expect(long).toEqual([]);
});

it('no test is left out, and none runs alone', () => {
  const tests = files.filter(({ path }) => /\.i?test\.ts$/.test(path));
  const left = tests.filter(
    ({ text }) =>
      NEVER.test(text) || [...text.matchAll(CONDITIONAL)].some(([, condition]) => !ABOUT_ROOT.test(condition!)),
  );
  expect(left.map(({ path }) => path)).toEqual([]);
});
