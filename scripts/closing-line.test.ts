import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { closingLine } from './closing-line.ts';

describe('closingLine', () => {
  it('names skipped tests only where there are some', () => {
    expect(closingLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
    expect(closingLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
  });
});

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A run of vitest on these files, with the reporter beside the default one. */
const run = async (files: Record<string, string>): Promise<{ code: number | undefined; line: string }> => {
  // Inside the checkout, where vitest can be found.
  const folder = mkdtempSync(join(ROOT, 'node_modules', '.closing-line-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, body] of Object.entries(files))
    writeFileSync(join(folder, name), `import { beforeAll, describe, it } from 'vitest';\n${body}`);
  const line = join(mkdtempSync(join(tmpdir(), 'closing-')), 'line');
  onTestFinished(() => rmSync(join(line, '..'), { recursive: true, force: true }));
  const reporters = ['--reporter=default', `--reporter=${join(ROOT, 'scripts/closing-line.ts')}`];
  const args = ['run', '--root', folder, '--config', 'none.config.js', ...reporters];
  writeFileSync(join(folder, 'none.config.js'), 'export default { test: { exclude: [] } };');
  const { exitCode } = await execa(join(ROOT, 'node_modules/.bin/vitest'), args, {
    reject: false,
    env: { NEMOCLAW_CLOSING_LINE: line },
  });
  return { code: exitCode, line: readFileSync(line, 'utf8') };
};

describe('the reporter', () => {
  it('counts what passed, failed and was skipped, and what never came to be a test', { timeout: 30_000 }, async () => {
    expect(
      await run({
        'a.test.ts':
          "it('one', () => {}); describe('in', () => { it('two', () => {}); it.skip('no', () => {}); it('bad', () => { throw new Error('x') }) });",
        'unloadable.test.ts': "throw new Error('while loading');",
        'hook.test.ts': "beforeAll(() => { throw new Error('hook') }); it('never', () => {});",
        'stray.test.ts': "it('three', () => { Promise.reject(new Error('stray')) });",
      }),
    ).toEqual({ code: 1, line: '3 passed, 4 failed, 2 skipped\n' });
  });
});
