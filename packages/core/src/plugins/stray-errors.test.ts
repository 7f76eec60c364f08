import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './package.fixture.ts';

const at = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);

/** In a process of its own, since these errors end one, and the test runner listens for them too. */
const run = async (body: string): Promise<{ stdout: string; stderr: string; code: number }> => {
  const script = join(await temporaryFolder(), 'script.mjs');
  await writeFile(
    script,
    `
    const { callPlugin } = await import(${at('./call.ts')});
    const { createStrayErrorGuard } = await import(${at('./stray-errors.ts')});
    const guard = createStrayErrorGuard({ process, onLate: (error) => console.log('late:', error.plugin, error.message) });
    const call = (plugin, fn) => callPlugin({ plugin, what: 'hook pre-create', timeoutMs: 5000, graceMs: 20, guards: [guard] }, fn)
      .then((value) => console.log('value:', plugin, value), (error) => console.log('error:', error.code, error.message));
    ${body}
    `,
  );
  return promisify(execFile)(process.execPath, ['--conditions=source', script], { timeout: 20_000 }).then(
    (result) => ({ ...result, code: 0 }),
    (error) => ({ stdout: error.stdout, stderr: error.stderr, code: error.code }),
  );
};

describe('an error that a plugin lets go', () => {
  it.each([
    ['a rejection beside a value', `() => { Promise.reject(new Error('stray')); return 1; }`],
    ['a rejection in the midst', `async () => { Promise.reject(new Error('stray')); await new Promise(() => {}); }`],
    ['a throw in a timer', `() => new Promise(() => { setTimeout(() => { throw new Error('stray'); }, 5); })`],
    [
      'a throw in a stream',
      `async () => { (await import('node:net')).connect(1, '127.0.0.1').on('error', () => { throw new Error('stray'); }); await new Promise(() => {}); }`,
    ],
  ])('%s fails its call and nothing else', async (_name, fn) => {
    const { stdout, code } = await run(`await call('acme@1.0.0', ${fn}); await call('other@1.0.0', () => 'fine');`);
    expect(stdout).toContain('error: PLUGIN_FAILED Plugin acme@1.0.0 failed in hook pre-create after');
    expect(stdout).toContain('stray');
    expect(stdout).toContain('value: other@1.0.0 fine');
    expect(code).toBe(0);
  });

  it('is laid at the door of the right one of two that run at once', async () => {
    const { stdout } = await run(`
      const slow = () => new Promise((resolve) => setTimeout(resolve, 50, 'fine'));
      await Promise.all([call('good@1.0.0', slow), call('bad@1.0.0', () => { setTimeout(() => Promise.reject(new Error('stray')), 5); return new Promise(() => {}); })]);
    `);
    expect(stdout).toContain('value: good@1.0.0 fine');
    expect(stdout).toContain('Plugin bad@1.0.0 failed');
  });

  it('after its call is a warning that names it', async () => {
    const { stdout, code } = await run(`
      await call('acme@1.0.0', () => { setTimeout(() => Promise.reject(new Error('stray')), 20); return 1; });
      await new Promise((resolve) => setTimeout(resolve, 60));
      console.log('still here');
    `);
    expect(stdout).toMatch(/late: acme@1\.0\.0 Plugin acme@1\.0\.0 failed .*stray/);
    expect(stdout).toContain('still here');
    expect(code).toBe(0);
  });
});

describe('an error of our own stays fatal', () => {
  it.each([
    ['rejection', `Promise.reject(new Error('ours'))`],
    ['exception', `setTimeout(() => { throw new Error('ours'); }, 5)`],
  ])('%s', async (_name, statement) => {
    const { stdout, stderr, code } = await run(`
      await call('acme@1.0.0', () => 1);
      ${statement};
      await new Promise((resolve) => setTimeout(resolve, 5000));
      console.log('still here');
    `);
    expect(stderr).toContain('Error: ours');
    expect(stdout).not.toContain('still here');
    expect(code).toBe(1);
  });
});
