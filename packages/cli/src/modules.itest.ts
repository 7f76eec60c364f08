import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Home, PACKAGE, runProgram, throwAwayHome } from './testing/program.ts';
import { sandboxRecord } from './testing/record.ts';

let home: Home;
let preload: string;
beforeAll(() => {
  home = throwAwayHome();
  home.add(sandboxRecord());
  preload = join(home.path, 'print-modules.mjs');
  writeFileSync(
    preload,
    // Without imports of its own, which would be missing in the list.
    `const { appendFileSync } = process.getBuiltinModule('fs');
const load = (url, context, next) => { appendFileSync(process.env.MODULES, url + '\\n'); return next(url, context); };
process.getBuiltinModule('module').registerHooks({ load });`,
  );
});
afterAll(() => home[Symbol.dispose]());

/** Every module that is loaded, as Node's own loader sees it; a file under the package by its path in there. */
function modulesOf(args: string[]): { status: number | null; modules: string[] } {
  const list = join(home.path, 'modules.txt');
  writeFileSync(list, '');
  const nodeArgs = ['--import', pathToFileURL(preload).href];
  const { status } = runProgram(args, { home, nodeArgs, env: { MODULES: list } });
  const base = pathToFileURL(PACKAGE).href;
  const urls = readFileSync(list, 'utf8').trim().split('\n');
  return { status, modules: [...new Set(urls.map((url) => url.replace(base, '')))].sort() };
}

// A module here is time in every call: add one only with a measurement (`npm run bench`).
it.each([
  ['--version', []],
  ['help', []],
  ['list', ['dist/generated/record-validator.js']],
  ['status', ['dist/generated/record-validator.js']],
  ['demo status --json', ['dist/generated/record-validator.js']],
])('%s loads the bin and %j', (line, more) => {
  expect(modulesOf(line.split(' '))).toEqual({ status: 0, modules: ['dist/bin.js', ...more] });
});

it('help of a command loads no core, no plugin and nothing outside this package', () => {
  const { status, modules } = modulesOf(['gateway', 'restart', '--help']);
  expect(status).toBe(0);
  const files = modules.filter((module) => !module.startsWith('node:'));
  expect(files).toContain('dist/app.js');
  expect(files.filter((file) => !/^dist\/(bin|app|help|chunks\/[\w-]+)\.js$/.test(file))).toEqual([]);
});
