import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PluginReport } from '@nemoclaw/core';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, type World } from './world/cli.ts';
import { probeFile, probePackage } from './world/plugin.ts';
import { type Registry, startRegistry, writePackage } from './world/registry.ts';

const ALLOW = 'acme-probe,acme-twice,acme-git,acme-tampered,acme-lies,acme-scripts,@acme/*';

describe('plugins install: gated, atomic, and nothing left behind', () => {
  let world: World;
  let registry: Registry;
  let folder: string;
  const from = (name: string): string => join(folder, name.replace('/', '+'));

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nemoclaw plugins '));
    registry = await startRegistry();
    world = makeWorld({ ...registry.env, NEMOCLAW_PLUGIN_ALLOW: ALLOW });
  });
  afterAll(async () => {
    await world.dispose();
    await registry.close();
    rmSync(folder, { recursive: true });
  });

  const publish = async (
    name: string,
    over: Parameters<typeof probePackage>[1] = {},
    claim: Record<string, unknown> = {},
  ): Promise<void> => {
    const { document, files } = probePackage(name, over);
    await registry.publish(writePackage(from(`${name}-${document.version}`), document, files), claim);
  };
  const install = (spec: string, env: Record<string, string> = {}) =>
    world.json<{ name: string; version: string; outcome: string; replaced?: string }>(
      ['plugins', 'install', spec, '--yes'],
      { env: { ...world.env, ...env } },
    );
  const plugins = async (...args: string[]): Promise<PluginReport[]> => {
    const { result } = await world.json<{ plugins: PluginReport[] }>(['plugins', ...args]);
    return result.plugins.filter(({ source }) => source !== 'built-in');
  };
  const inStore = (): string[] => {
    const packages = join(world.home, 'plugins', 'packages');
    return existsSync(packages)
      ? (readdirSync(packages, { recursive: true }) as string[]).filter((path) => path.endsWith('package.json'))
      : [];
  };

  it('refuses without consent, and writes nothing', async () => {
    await publish('acme-probe');
    const answer = await install('acme-probe', { NEMOCLAW_PLUGIN_ALLOW: 'other' });
    expect(answer.error).toMatchObject({ code: 'PLUGIN_NOT_ALLOWED', plugin: 'acme-probe@1.0.0' });
    expect(existsSync(join(world.home, 'plugins'))).toBe(false);
  });

  it('shows what it is about to install', async () => {
    const { stderr, exitCode } = await world.run(['plugins', 'install', 'acme-probe']);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/plugin +acme-probe@1\.0\.0/);
    expect(stderr).toContain(`${registry.url}acme-probe/-/acme-probe-1.0.0.tgz`);
    expect(stderr).toMatch(/integrity +sha512-/);
    expect(stderr).toMatch(/contributes +probe acme-probe/);
    expect(stderr).toMatch(/hooks +pre-create \(order 100\)/);
  });

  it('is there afterwards, and used', async () => {
    expect(await plugins()).toMatchObject([
      { name: 'acme-probe', version: '1.0.0', source: 'installed', diagnosis: 'ok' },
    ]);
    expect((await world.run(['plugins', 'doctor'])).exitCode).toBe(0);
    expect((await install('acme-probe')).result.outcome).toBe('unchanged');
  });

  it('upgrades, goes back, and uninstalls without a trace', async () => {
    await publish('acme-probe', { version: '1.1.0' });
    expect((await install('acme-probe')).result).toMatchObject({ version: '1.1.0', replaced: '1.0.0' });
    const back = await world.json<{ version: string }>(['plugins', 'rollback', 'acme-probe']);
    expect(back.result.version).toBe('1.0.0');
    expect(await plugins('doctor')).toMatchObject([{ version: '1.0.0', faults: [] }]);
    expect((await world.json(['plugins', 'uninstall', 'acme-probe'])).status).toBe('ok');
    expect(await plugins()).toEqual([]);
    expect(inStore()).toEqual([]);
    expect((await world.json(['plugins', 'rollback', 'acme-probe'])).error.code).toBe('PLUGIN_NOT_INSTALLED');
  });

  it('never runs scripts of a package', async () => {
    const witness = join(folder, 'it-ran');
    await publish('acme-scripts', { scripts: { postinstall: `touch '${witness}'`, install: `touch '${witness}'` } });
    expect((await install('acme-scripts')).status).toBe('ok');
    expect(existsSync(witness)).toBe(false);
    await world.run(['plugins', 'uninstall', 'acme-scripts']);
  });

  it.each<[string, string, Parameters<typeof probePackage>[1], Record<string, unknown>]>([
    ['another API', 'PLUGIN_API_INCOMPATIBLE', { api: '2.0' }, {}],
    ['a manifest with an unknown key', 'PLUGIN_MANIFEST_INVALID', { nemoclaw: { more: true } }, {}],
    ['a hook of every command', 'PLUGIN_HOOK_REFUSED', { hooks: { init: './hook.js' } }, {}],
    ['the place of a built-in one', 'PLUGIN_SHADOWS_BUILT_IN', { id: 'bridge' }, {}],
    ['one thing twice', 'PLUGIN_CONFLICT', { twice: true }, {}],
    ['a module outside the package', 'PLUGIN_MODULE_OUTSIDE', { module: './../../other.js' }, {}],
    ['a module that is not there', 'PLUGIN_MODULE_MISSING', { module: './no.js' }, {}],
    ['other words in the registry than in the tarball', 'PLUGIN_METADATA_MISMATCH', {}, { nemoclaw: { api: '1.0' } }],
    ['commands that nobody can list', 'PLUGIN_COMMAND_REFUSED', { oclif: { commands: './commands' } }, {}],
    [
      'a command that is there',
      'PLUGIN_COMMAND_REFUSED',
      { oclif: { commands: './commands' }, files: { 'oclif.manifest.json': '{"commands":{"gpu:mine":{}}}' } },
      {},
    ],
  ])('refuses %s with %s', async (title, code, over, claim) => {
    const name = `@acme/${title.replaceAll(/[^a-z]+/g, '-')}`;
    await publish(name, { id: 'acme-x', ...over }, claim);
    const answer = await install(name);
    expect(answer.error).toMatchObject({ code, plugin: `${name}@1.0.0` });
    expect(answer.error.hint?.length).toBeGreaterThan(10);
    expect(inStore()).toEqual([]);
  });

  it('refuses what another plugin offers already', async () => {
    await publish('acme-probe-two', { id: 'acme-probe' }).catch(() => undefined);
    await install('acme-probe@1.0.0');
    const answer = await install('acme-probe-two', { NEMOCLAW_PLUGIN_ALLOW: 'acme-probe-two' });
    expect(answer.error.code).toBe('PLUGIN_CONFLICT');
    expect(answer.error.hint).toContain('plugins uninstall acme-probe');
    await world.run(['plugins', 'uninstall', 'acme-probe']);
  });

  it.each([
    ['git+https://127.0.0.1/a/b.git', 'PLUGIN_SOURCE_REFUSED'],
    ['acme/some-repository', 'PLUGIN_SOURCE_REFUSED'],
    ['http://127.0.0.1/plugin.tgz', 'PLUGIN_SPEC_INVALID'],
    ['./folder', 'PLUGIN_SPEC_INVALID'],
    ['--registry=http://127.0.0.1/', 'USAGE'],
    ['acme-nothing-of-that-name', 'PLUGIN_PACKAGE_NOT_FOUND'],
  ])('refuses %s with %s', async (spec, code) => {
    expect((await install(spec)).error.code).toBe(code);
  });

  it('says so when there is no npm, and when the registry is down', async () => {
    const node = join(folder, 'only-node');
    writeFileSync(join(folder, 'x'), '');
    await execa('mkdir', [node]);
    symlinkSync(process.execPath, join(node, 'node'));
    for (const tool of ['sh', 'dirname', 'readlink', 'env', 'uname', 'cat'])
      symlinkSync((await execa('which', [tool])).stdout, join(node, tool));
    expect((await install('acme-probe', { PATH: node })).error.code).toBe('NPM_MISSING');
    const down = { npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0' };
    expect((await install('acme-probe', down)).error.code).toBe('PLUGIN_REGISTRY_FAILED');
  });

  it('does not import what was changed after it was installed', async () => {
    await publish('acme-tampered');
    await install('acme-tampered');
    const index = JSON.parse(readFileSync(join(world.home, 'plugins/index.json'), 'utf8')) as {
      plugins: { current: { folder: string } }[];
    };
    const probe = join(
      world.home,
      'plugins',
      index.plugins[0]?.current.folder ?? '',
      'node_modules/acme-tampered/probe.js',
    );
    const witness = join(folder, 'tampered-ran');
    writeFileSync(
      probe,
      `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(witness)}, '');${probeFile('acme-tampered')}`,
    );
    const [report] = await plugins('doctor');
    expect(report).toMatchObject({ name: 'acme-tampered', diagnosis: 'tampered' });
    expect(report?.fix).toContain('plugins install acme-tampered@1.0.0');
    await world.run(['doctor']);
    expect(existsSync(witness)).toBe(false);
    expect((await install('acme-tampered')).result.outcome).toBe('installed');
    expect(await plugins('doctor')).toMatchObject([{ diagnosis: 'ok' }]);
    await world.run(['plugins', 'uninstall', 'acme-tampered']);
  });

  it('takes a tarball by its file, and a folder by link', async () => {
    const { document, files } = probePackage('acme-probe', { version: '3.0.0' });
    const source = writePackage(from('linked'), document, files);
    await execa('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: source });
    expect((await install(join(folder, 'acme-probe-3.0.0.tgz'))).result).toMatchObject({ version: '3.0.0' });
    expect((await world.json(['plugins', 'link', source])).status).toBe('ok');
    expect(await plugins()).toMatchObject([{ source: 'linked', version: '3.0.0' }]);
    await world.run(['plugins', 'uninstall', 'acme-probe']);
    expect(existsSync(join(source, 'package.json'))).toBe(true);
  });

  it('lets one at a time change the set, and survives a crash in the middle', async () => {
    const [first, second] = await Promise.all([install('acme-probe@1.0.0'), install('acme-scripts@1.0.0')]);
    const codes = [first, second].map(({ error }) => error?.code ?? 'ok').sort();
    expect([
      ['BUSY', 'ok'],
      ['ok', 'ok'],
    ]).toContainEqual(codes);
    const child = execa(
      `${import.meta.dirname}/../../packages/cli/bin/nemoclaw`,
      ['plugins', 'install', 'acme-probe@1.1.0', '--yes'],
      {
        env: world.env,
        reject: false,
      },
    );
    await expect
      .poll(() => existsSync(join(world.home, 'plugins/staging')), { interval: 5, timeout: 20_000 })
      .toBe(true);
    child.kill('SIGKILL');
    await child;
    expect((await plugins('doctor')).every(({ diagnosis }) => diagnosis === 'ok')).toBe(true);
    expect((await install('acme-probe@1.1.0')).status).toBe('ok');
    expect(existsSync(join(world.home, 'plugins/staging'))).toBe(false);
    await world.run(['plugins', 'uninstall', 'acme-probe']);
    await world.run(['plugins', 'uninstall', 'acme-scripts']);
    expect(inStore()).toEqual([]);
  });
});
