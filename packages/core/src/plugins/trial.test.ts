import { join } from 'node:path';
import { expect, it } from 'vitest';
import { probeModule, writePackage } from './package.fixture.ts';
import { tryModule } from './trial.ts';

const tried = async (code: string) => {
  const { root } = await writePackage({ files: { 'm.js': code } });
  return tryModule('acme@1.0.0', { kind: 'probe', id: 'acme', module: join(root, 'm.js') }, process.env);
};

it('finds nothing wrong with a module that is well', async () =>
  expect(await tried(probeModule('acme'))).toBeUndefined());

it.each([
  ['throws', 'throw new Error("no licence")', 'PLUGIN_IMPORT_FAILED', /no licence.*a fault in its code at .*m\.js:1/],
  ['does not parse', 'export default {', 'PLUGIN_IMPORT_FAILED', /does not parse on Node/],
  ['ends the process', 'process.exit(0)', 'PLUGIN_EXITED', /exit code 0/],
  ['misses a module', 'import "acme-missing"', 'PLUGIN_IMPORT_FAILED', /a dependency of it is not installed/],
  ['leaves a promise', 'Promise.reject(new Error("left")); export default {}', 'PLUGIN_IMPORT_FAILED', /left/],
  ['kills itself', 'process.kill(process.pid, "SIGKILL")', 'PLUGIN_IMPORT_FAILED', /without a word/],
  ['exports another id', probeModule('other'), 'PLUGIN_WRONG_EXPORT', /its id is "other"/],
  ['exports nothing', 'console.log("x".repeat(1e6))', 'PLUGIN_WRONG_EXPORT', /no default export/],
])('says what is wrong with one that %s', async (_title, code, row, message) => {
  const fault = await tried(code);
  expect(fault?.code).toBe(row);
  expect(fault?.message).toMatch(message);
  expect(fault?.message).toContain('acme@1.0.0');
  expect(fault?.fix.length).toBeGreaterThan(10);
});
