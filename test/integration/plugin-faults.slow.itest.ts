import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PluginReport } from '@nemoclaw/core';
import { type ScriptedModel, startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, type World } from './world/cli.ts';
import { writePackage } from './world/registry.ts';

const NAME = 'faulty';

interface Faulty {
  title: string;
  /** Source of a GPU strategy; a good one without. */
  gpu?: string;
  /** Source of a pre-create hook. */
  hook?: string;
  /** Bytes of comment that the module begins with. */
  padding?: number;
  api?: string;
  /** What `onboard --dry-run` with this strategy, or with this hook, says. */
  code: string;
  words: RegExp;
  /** Code that `plugins doctor` gives; the same without. */
  doctor?: string;
}

const GOOD = `export default {
  kind: 'gpu', id: 'faulty', title: 'Faulty', explain: () => 'Nothing to explain.', prepare: () => ({}), prove: async () => ({}),
  detect: () => ({ strategy: 'faulty', applicable: true, priority: 1, reason: 'fits', evidence: [], warnings: [], activation: 'create' }),
};`;
const detecting = (body: string): string => GOOD.replace(/detect: .*\n/, `detect: (facts) => { ${body} },\n`);

const MATRIX: Faulty[] = [
  {
    title: 'throws at import',
    gpu: 'throw new Error("no licence found");',
    code: 'PLUGIN_IMPORT_FAILED',
    words: /no licence found/,
  },
  { title: 'does not parse', gpu: 'export default {', code: 'PLUGIN_IMPORT_FAILED', words: /does not parse/ },
  {
    title: 'misses a module',
    gpu: 'import "acme-not-there";',
    code: 'PLUGIN_IMPORT_FAILED',
    words: /dependency of it is not installed/,
  },
  { title: 'exits at import', gpu: 'process.exit(0);', code: 'PLUGIN_EXITED', words: /exit code 0/ },
  { title: 'exits in a call', gpu: detecting('process.exit(0)'), code: 'PLUGIN_EXITED', words: /gpu faulty, detect/ },
  {
    title: 'returns garbage',
    gpu: detecting('return 7'),
    code: 'PLUGIN_FAILED',
    words: /returned something from gpu faulty, detect/,
  },
  {
    title: 'changes its input',
    gpu: detecting('facts.engine.cdiDevices.push("acme.com/gpu=0"); return {}'),
    code: 'PLUGIN_FAILED',
    words: /its input, which is frozen/,
  },
  {
    title: 'hangs at import',
    gpu: `await new Promise(() => setInterval(() => {}, 1000)); ${GOOD}`,
    code: 'PLUGIN_IMPORT_FAILED',
    words: /did not finish the import of gpu\.js within 10 s/,
  },
  {
    title: 'rejects without being awaited',
    gpu: detecting('Promise.reject(new Error("left alone"))'),
    code: 'PLUGIN_FAILED',
    words: /left alone/,
  },
  {
    title: 'leaves a promise at import',
    gpu: `Promise.reject(new Error("left alone")); ${GOOD}`,
    code: 'PLUGIN_IMPORT_FAILED',
    words: /left alone/,
  },
  {
    title: 'has another API',
    api: '9.0',
    code: 'GPU_UNKNOWN',
    doctor: 'PLUGIN_API_INCOMPATIBLE',
    words: /plugin API 9\.0/,
  },
  {
    title: 'blocks the whole program',
    gpu: detecting('for (;;);'),
    code: 'PLUGIN_BLOCKED',
    words: /PLUGIN_BLOCKED: .*plugin acme-faulty@1\.0\.0/,
    doctor: 'PLUGIN_BLOCKED',
  },
];

const WELL: Pick<Faulty, 'title' | 'gpu' | 'padding'>[] = [
  { title: 'floods stdout', gpu: `for (let i = 0; i < 5000; i++) console.log('flood', i); ${GOOD}` },
  { title: 'is 50 MB large', gpu: GOOD, padding: 50_000_000 },
];

describe('a broken plugin', () => {
  let world: World;
  let folder: string;
  let model: ScriptedModel;
  let before: Record<string, string>;

  const UNRELATED = [['list'], ['--version'], ['plugins', 'inspect', '@nemoclaw/probe-bridge'], ['agents']];
  const unrelated = async (): Promise<Record<string, string>> => {
    const said = await Promise.all(
      UNRELATED.map(async (args) => [args.join(' '), (await world.run(args)).stdout] as const),
    );
    return Object.fromEntries(said);
  };
  const put = async ({ gpu = GOOD, hook, padding = 0, api = '1.0' }: Partial<Faulty>): Promise<void> => {
    const document = {
      name: 'acme-faulty',
      version: '1.0.0',
      type: 'module',
      nemoclaw: {
        api: '1.0',
        contributes: { gpu: [{ id: 'faulty', module: './gpu.js' }] },
        ...(hook === undefined ? {} : { hooks: { 'pre-create': { timeoutMs: 300 } } }),
      },
      ...(hook === undefined ? {} : { oclif: { hooks: { 'pre-create': './hook.js' } } }),
    };
    const root = join(folder, 'acme-faulty');
    rmSync(root, { recursive: true, force: true });
    const files = { 'gpu.js': `/*${' '.repeat(padding)}*/${gpu}`, ...(hook === undefined ? {} : { 'hook.js': hook }) };
    writePackage(root, document, files);
    await world.run(['plugins', 'uninstall', 'acme-faulty']);
    expect((await world.json(['plugins', 'link', root])).status).toBe('ok');
    // As after an upgrade of the program under it.
    if (api !== '1.0') writePackage(root, { ...document, nemoclaw: { ...document.nemoclaw, api } }, files);
  };
  const onboard = <T = unknown>(more: string[]) =>
    world.json<T>([
      ...['onboard', '--name', NAME, '--provider', 'openai-compatible', '--endpoint', model.baseUrl],
      ...['--model', 'scripted-1', '--yes', ...more],
    ]);
  const dryRun = (gpu: string) => onboard<{ plan: { gpu: { chosen: string | null } } }>(['--gpu', gpu, '--dry-run']);
  const diagnosis = async (): Promise<PluginReport | undefined> => {
    const { result } = await world.json<{ plugins: PluginReport[] }>(['plugins', 'doctor']);
    return result.plugins.find(({ name }) => name === 'acme-faulty');
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nemoclaw faulty '));
    world = makeWorld();
    model = await startScriptedModel({
      models: [{ id: 'scripted-1', context: 131_072 }],
      respond: () => text('hello'),
    });
    before = await unrelated();
  });
  afterAll(async () => {
    await model.close();
    await world.run(['plugins', 'uninstall', 'acme-faulty']);
    await world.dispose();
    rmSync(folder, { recursive: true });
  });

  it.each(MATRIX)('that $title: named, and in nobody’s way', async (faulty) => {
    await put(faulty);
    const { code, words } = faulty;
    const asked = await dryRun('faulty').catch((error: Error) => ({
      error: { code, message: error.message },
      exitCode: 1,
    }));
    expect(asked.error).toMatchObject({ code });
    expect(asked.error.message).toMatch(words);
    expect(asked.error.message).toContain('acme-faulty@1.0.0');
    const report = await diagnosis();
    expect(report?.version).toBe('1.0.0');
    const said = [
      ...(report?.faults ?? []),
      { code: report?.diagnosis === 'incompatible' ? code : '', message: report?.reason ?? '', fix: report?.fix ?? '' },
    ];
    const fault = said.find((one) => one.code === code);
    expect(fault?.message.length, JSON.stringify(said)).toBeGreaterThan(20);
    expect(fault?.fix.length).toBeGreaterThan(10);
    expect(await unrelated()).toEqual(before);
  });

  it.each(MATRIX.filter(({ title }) => ['throws at import', 'returns garbage', 'exits in a call'].includes(title)))(
    'that $title is passed over with a warning by who does not ask for it',
    async (faulty) => {
      await put(faulty);
      const answer = await dryRun('auto');
      expect(answer.status).toBe('ok');
      expect(JSON.stringify([answer.warnings, answer.result])).toContain('GPU strategy faulty is passed over');
    },
  );

  it.each(WELL)('that $title changes nothing in what is said on stdout', async (odd) => {
    await put(odd);
    const { result, stderr } = await dryRun('faulty');
    expect(result.plan.gpu.chosen).toBe('faulty');
    expect(stderr.length).toBeLessThan(5_000);
    expect(await unrelated()).toEqual(before);
  });

  it.each([
    [
      'hangs',
      'export default () => new Promise(() => {});',
      'HOOK_TIMEOUT',
      /did not finish hook pre-create within 300 ms/,
    ],
    [
      'changes its input',
      'export default ({ plan }) => { plan.user = "0:0"; };',
      'HOOK_FAILED',
      /its input, which is frozen/,
    ],
    ['returns nonsense', 'export default () => ({ patch: { privileged: true } });', 'PLAN_PATCH_REFUSED', /privileged/],
    ['ends the process', 'export default () => process.exit(0);', 'PLUGIN_EXITED', /hook pre-create/],
    ['throws', 'export default () => { throw new Error("no quota"); };', 'HOOK_FAILED', /no quota/],
    [
      'rejects where nobody waits',
      'export default () => { Promise.reject(new Error("left alone")); return new Promise((end) => setTimeout(end, 200)); };',
      'HOOK_FAILED',
      /left alone/,
    ],
    ['does not parse', 'export default (', 'PLUGIN_IMPORT_FAILED', /does not parse/],
    ['is no function', 'export default { patch: {} };', 'PLUGIN_WRONG_EXPORT', /must be a function/],
  ])(
    'whose hook %s fails the onboard, by name, and is remembered',
    async (_title, hook, code, words) => {
      await put({ hook });
      const answer = await onboard(['--gpu', 'off', '--forward', '--no-smoke']);
      expect(answer.error).toMatchObject({ code, plugin: 'acme-faulty@1.0.0' });
      expect(answer.error.message).toMatch(words);
      const fault = (await diagnosis())?.faults?.find((one) => one.code === code && one.at !== undefined);
      expect(fault?.message).toContain('acme-faulty@1.0.0');
      expect(fault?.message).toMatch(words);
      expect(fault?.fix.length).toBeGreaterThan(10);
      expect(await unrelated()).toEqual(before);
    },
    300_000,
  );

  it('is not looked at in safe mode', async () => {
    await put({ gpu: 'process.exit(9);' });
    const safe = { env: { ...world.env, NEMOCLAW_SAFE_MODE: '1' } };
    const { result } = await world.json<{ plugins: PluginReport[] }>(['plugins', 'doctor'], safe);
    expect(result.plugins.find(({ name }) => name === 'acme-faulty')).toMatchObject({ diagnosis: 'disabled' });
    const { result: gpu } = await world.json<{ bids: { strategy: string }[] }>(['gpu', 'list'], safe);
    expect(gpu.bids.map(({ strategy }) => strategy)).not.toContain('faulty');
  });
});
