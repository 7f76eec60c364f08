import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, writePackage } from '../plugins/package.fixture.ts';

const at = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);

interface Ended {
  stdout: string;
  stderr: string;
  code: number | null;
  signal: string | null;
}

/** A process of its own that runs the `pre-create` hook of a real package, with the guards that a command gets by default. */
const start = async (
  hook: string,
  options: { timeoutMs?: number; tickMs?: number; graceMs?: number; after?: string } = {},
): Promise<{ child: ChildProcess; ended: Promise<Ended> }> => {
  const entry = await writePackage({
    name: '@acme/spinner',
    nemoclaw: { api: '1.0', hooks: { 'pre-create': { timeoutMs: options.timeoutMs ?? 200 } } },
    hooks: { 'pre-create': './hook.js' },
    files: { 'hook.js': hook },
  });
  const script = join(await temporaryFolder(), 'script.mjs');
  await writeFile(
    script,
    `
    const { createRegistry } = await import(${at('../plugins/index.ts')});
    const { runPreCreate, createPluginGuards } = await import(${at('./index.ts')});
    const { preCreate } = await import(${at('./plan.fixture.ts')});
    const { guards, dispose } = createPluginGuards({ program: 'nemohermes', tickMs: ${options.tickMs ?? 100}, graceMs: ${options.graceMs ?? 1000}, onLate: (plugin, message) => console.log('late:', plugin, message) });
    const registry = await createRegistry({ packages: [${JSON.stringify(entry)}], guards });
    process.on('SIGINT', () => console.log('heard SIGINT'));
    await runPreCreate(registry.hooks('pre-create'), preCreate, { env: {}, guards, onLog: (plugin, message) => console.log('log:', message) })
      .then((result) => console.log('result:', JSON.stringify(result.provenance)), (error) => console.log('error:', error.code, error.message));
    ${options.after ?? ''}
    await dispose();
    console.log('the end');
    `,
  );
  const child = spawn(process.execPath, ['--conditions=source', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ stdout, stderr, code, signal }));
  });
  return { child, ended };
};

describe('the watchdog', () => {
  const FAST = { tickMs: 25, graceMs: 300 };

  const line = (what: string) =>
    new RegExp(
      `^nemohermes: PLUGIN_BLOCKED: plugin @acme/spinner@1\\.2\\.3 in ${what} \\(bound \\d+ ms\\) kept the whole program from going on, so it was ended\\. ` +
        'What it did is in the journal: run "nemohermes <name> recover"\\.\n$',
    );

  it('ends a process that a hook blocks, in one line that names plugin, version and hook', async () => {
    const { stdout, stderr, signal } = await (await start('export default () => { for (;;); };', FAST)).ended;
    expect(stderr).toMatch(line('hook pre-create'));
    expect(signal).toBe('SIGKILL');
    expect(stdout).toBe('');
  });

  it('also when it blocks only later in its call', async () => {
    const { stderr, signal } = await (
      await start('export default async () => { await new Promise((r) => setTimeout(r, 50)); for (;;); };', FAST)
    ).ended;
    expect(stderr).toMatch(line('hook pre-create'));
    expect(signal).toBe('SIGKILL');
  });

  it('also when its module blocks while it is imported', async () => {
    const { stderr, signal } = await (await start('for (;;);', FAST)).ended;
    expect(stderr).toMatch(line('hook pre-create'));
    expect(signal).toBe('SIGKILL');
  });

  it('lets a hook block for less than its bound', async () => {
    const hook =
      'export default () => { const end = Date.now() + 600; while (Date.now() < end); return { patch: { env: { A: "1" } } }; };';
    const { stdout, stderr, code } = await (await start(hook, { timeoutMs: 5000, ...FAST })).ended;
    expect(stdout).toContain('result: {"env.A":"@acme/spinner@1.2.3"}');
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  });

  it('leaves a hook that hangs without blocking to its timer', async () => {
    const { stdout, stderr, code } = await (
      await start('export default () => new Promise(() => {});', { timeoutMs: 60 })
    ).ended;
    expect(stdout).toMatch(
      /^error: HOOK_TIMEOUT Plugin @acme\/spinner@1\.2\.3 did not finish hook pre-create within 60 ms/,
    );
    expect(stdout).toContain('the end');
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  });

  it('kills nobody after the whole process was stopped for a while, as by Ctrl+Z', async () => {
    const hook =
      'export default async (_input, { log }) => { log("running"); await new Promise((r) => setTimeout(r, 200)); return {}; };';
    const { child, ended } = await start(hook, { timeoutMs: 300, tickMs: 25, graceMs: 500 });
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    child.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 1200));
    child.kill('SIGCONT');
    const { stdout, stderr, signal } = await ended;
    expect(stdout).toContain('the end');
    expect({ stderr, signal }).toEqual({ stderr: '', signal: null });
  });
});

describe('signals while a hook runs', () => {
  it('are heard: plugin code does not stand between them and us', async () => {
    const hook = 'export default async (_input, { log }) => { log("running"); await new Promise(() => {}); };';
    const { child, ended } = await start(hook, { timeoutMs: 400 });
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    child.kill('SIGINT');
    const { stdout } = await ended;
    expect(stdout.indexOf('heard SIGINT')).toBeGreaterThan(0);
    expect(stdout.indexOf('heard SIGINT')).toBeLessThan(stdout.indexOf('HOOK_TIMEOUT'));
  });
});

describe('errors that a hook lets go', () => {
  it('fail it when nobody awaits a rejection', async () => {
    const { stdout, code } = await (await start('export default () => { Promise.reject(new Error("stray")); };')).ended;
    expect(stdout).toMatch(/^error: HOOK_FAILED Plugin @acme\/spinner@1\.2\.3 failed in hook pre-create after .*stray/);
    expect(code).toBe(0);
  });

  it('become a warning when they come after it', async () => {
    const hook = 'export default () => { setTimeout(() => { throw new Error("late"); }, 20); };';
    const { stdout, code } = await (
      await start(hook, { after: 'await new Promise((resolve) => setTimeout(resolve, 80));' })
    ).ended;
    expect(stdout).toMatch(/late: @acme\/spinner@1\.2\.3 .*Error: late/);
    expect(stdout).toContain('the end');
    expect(code).toBe(0);
  });
});
