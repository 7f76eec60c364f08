import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, ROOT, type World } from './world/cli.ts';

const KINDS = ['gpu', 'probe', 'agent', 'driver'];
const EXAMPLES = ['gpu-amd', 'probe-service'];

interface Report {
  testResults: { name: string; status: string; assertionResults: { title: string; status: string }[] }[];
}

/** `plugin-author.slow` does the same with npm and a registry; here the packages are those of the workspace. */
describe('new plugins and examples, outside of the workspace', () => {
  let world: World;
  let folder: string;
  let report: Report;

  const tested = async (...which: string[]): Promise<Report> => {
    const program = join(folder, 'node_modules/vitest/vitest.mjs');
    const args = ['run', '--reporter=json', '--outputFile=report.json', ...which];
    await execa(process.execPath, [program, ...args], { cwd: folder, reject: false });
    return JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as Report;
  };

  beforeAll(async () => {
    world = makeWorld();
    folder = mkdtempSync(join(tmpdir(), 'nemoclaw scaffolds '));
    for (const kind of KINDS) await world.run(['plugins', 'create', kind, `my-${kind}`], { cwd: folder });
    for (const name of EXAMPLES) cpSync(join(ROOT, 'docs/examples', name), join(folder, name), { recursive: true });
    for (const [name, target] of [
      ['@nemoclaw/plugin-api', 'packages/plugin-api'],
      ['@nemoclaw/testkit', 'packages/testkit'],
      ['vitest', 'node_modules/vitest'],
    ] as const) {
      const at = join(folder, 'node_modules', name);
      mkdirSync(dirname(at), { recursive: true });
      symlinkSync(join(ROOT, target), at);
    }
    report = await tested();
  }, 60_000);
  afterAll(async () => {
    await world.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([...KINDS.map((kind) => `my-${kind}`), ...EXAMPLES])('%s is green at once, its conformance too', (name) => {
    const own = report.testResults.filter((file) => file.name.startsWith(join(folder, name)));
    expect(own.map(({ status }) => status)).toEqual(own.map(() => 'passed'));
    expect(own.length).toBe(2);
    const musts = own.flatMap((file) => file.assertionResults).filter(({ title }) => /^MUST \d+ \(/.test(title));
    expect(musts.length).toBeGreaterThan(10);
  });

  it('a strategy that is spoilt is not: the suite names the MUST', async () => {
    const source = readFileSync(join(folder, 'my-gpu/src/index.js'), 'utf8');
    // It answers as if there were a device, wherever it is.
    const spoilt = source.replace('const applicable = device !== undefined;', 'const applicable = true;');
    expect(spoilt).not.toBe(source);
    writeFileSync(join(folder, 'my-gpu/src/index.js'), spoilt);
    const failed = (await tested('my-gpu')).testResults
      .flatMap((file) => file.assertionResults)
      .filter(({ status }) => status === 'failed')
      .map(({ title }) => title.split(':')[0]);
    expect(new Set(failed)).toEqual(new Set(['MUST 3 (bid)']));
  });
});
