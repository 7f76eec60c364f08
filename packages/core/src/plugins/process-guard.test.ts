import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const at = (file: string): string => JSON.stringify(fileURLToPath(new URL(file, import.meta.url)));

/** The real process, so a real one: a guard that fails would end the test's own. */
const run = async (plugin: string): Promise<string> => {
  const program = `
    const { createProcessGuard } = await import(${at('./process-guard.ts')});
    const { callPlugin } = await import(${at('./call.ts')});
    const guard = createProcessGuard({ process, onLine: (plugin, text) => console.log('line of', plugin + ':', text) });
    const call = { plugin: 'acme@1.0.0', what: 'hook pre-create', timeoutMs: 2000, guards: [guard] };
    await callPlugin(call, async () => { ${plugin} }).then(() => console.log('fine'), (error) => console.log(error.code, error.plugin));
    console.log('still here');
    guard.dispose();
    process.exit(7);`;
  const args = ['--conditions=source', '--input-type=module', '-e', program];
  const ended = await promisify(execFile)(process.execPath, args).catch((error) => error);
  return `${ended.stdout}exit ${ended.code}`;
};

it('fails the call instead of ending the process', async () => {
  expect(await run('process.exit(3)')).toBe('PLUGIN_EXITED acme@1.0.0\nstill here\nexit 7');
});

it('does so later than in the first moment too, and when the plugin catches it', async () => {
  const late =
    'await new Promise((go) => setTimeout(go, 5)); try { process.exit(3) } catch {} await new Promise(() => {})';
  expect(await run(late)).toBe('PLUGIN_EXITED acme@1.0.0\nstill here\nexit 7');
});

it('keeps stdout for results, and a flood short', async () => {
  const said = await run('for (let i = 0; i < 500; i++) console.log("flood", i)');
  expect(said).toMatch(/^line of acme@1\.0\.0: flood 0\n/);
  expect(said.match(/^line of/gm)).toHaveLength(21);
  expect(said).toContain('the rest of its output is left out)\nfine\nstill here');
});
