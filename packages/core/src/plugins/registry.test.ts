import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import {
  fixtureFiles,
  type PackageFixture,
  probeModule,
  probePackage,
  temporaryFolder,
  writePackage,
} from './package.fixture.ts';
import { createRegistry, type RegistryOptions } from './registry.ts';
import type { PluginPackage } from './types.ts';

const registryOf = (packages: PluginPackage[], over: Partial<RegistryOptions> = {}) =>
  createRegistry({ ...fixtureFiles, packages, ...over });

const rejection = async (
  promise: Promise<unknown>,
): Promise<Error & { code?: string; plugin?: string; hint?: string }> =>
  promise.then(
    () => {
      throw new Error('expected a rejection');
    },
    (error) => error,
  );

describe('a registry', () => {
  it('lists what packages offer without importing any code', async () => {
    const importModule = vi.fn(fixtureFiles.importModule);
    const registry = await registryOf([await probePackage('mine')], { importModule });
    expect(registry.report()).toEqual([
      {
        name: 'acme-plugin',
        version: '1.2.3',
        source: 'installed',
        api: '1.0',
        diagnosis: 'ok',
        contributions: [{ kind: 'probe', id: 'mine', diagnosis: 'ok' }],
        hooks: [],
      },
    ]);
    expect(registry.all('probe').map((entry) => entry.id)).toEqual(['mine']);
    expect(registry.all('gpu')).toEqual([]);
    expect(registry.find('probe', 'mine')).toMatchObject({ plugin: 'acme-plugin@1.2.3', state: { diagnosis: 'ok' } });
    expect(importModule).not.toHaveBeenCalled();
  });

  it('imports only the one that is asked for, once', async () => {
    const importModule = vi.fn(fixtureFiles.importModule);
    const broken = await probePackage('broken', {
      name: 'broken',
      files: { 'dist/index.js': 'throw new Error("never")' },
    });
    const registry = await registryOf([broken, await probePackage('mine')], { importModule });
    const first = await registry.load('probe', 'mine');
    expect((await registry.load('probe', 'mine')).contribution).toBe(first.contribution);
    expect(first.plugin).toBe('acme-plugin@1.2.3');
    expect(await first.contribution.run({} as never, AbortSignal.timeout(1000))).toMatchObject({ summary: 'fine' });
    expect(importModule).toHaveBeenCalledTimes(1);
  });

  it('says what it knows when it is asked for something else', async () => {
    const registry = await registryOf([await probePackage('mine')]);
    expect(await rejection(registry.load('agent', 'nobody'))).toMatchObject({ code: 'AGENT_UNKNOWN' });
    expect(await rejection(registry.load('gpu', 'nothing'))).toMatchObject({ code: 'GPU_UNKNOWN' });
    const error = await rejection(registry.load('probe', 'other'));
    expect(error.code).toBe('PLUGIN_NOT_FOUND');
    expect(error.message).toContain('Known: mine');
  });
});

describe('a broken package is a diagnosis and nothing else', () => {
  const cases: [name: string, fixture: PackageFixture, diagnosis: string, reason: RegExp][] = [
    ['no JSON', { packageJson: '{"name": ' }, 'invalid', /not JSON/],
    ['null', { packageJson: 'null' }, 'invalid', /package\.json/],
    ['no nemoclaw key', {}, 'invalid', /nemoclaw/],
    [
      'another name',
      { packageJson: '{"name":"other","version":"1.0.0","nemoclaw":{"api":"1.0"}}' },
      'invalid',
      /is of other, not of acme-plugin/,
    ],
    ['api is no version', { nemoclaw: { api: 'latest' } }, 'invalid', /major\.minor/],
    ['next major', { nemoclaw: { api: '2.0' } }, 'incompatible', /built for plugin API 2\.0; this program has 1\.0/],
    ['previous major', { nemoclaw: { api: '0.9' } }, 'incompatible', /built for plugin API 0\.9/],
    [
      'newer minor, with a kind that we do not know',
      { nemoclaw: { api: '1.1', contributes: { tunnel: [] } } },
      'incompatible',
      /1\.1/,
    ],
    ['unknown kind', { nemoclaw: { api: '1.0', contributes: { agnet: [] } } }, 'invalid', /agnet/],
    ['unknown key', { nemoclaw: { api: '1.0', contribute: {} } }, 'invalid', /contribute/],
    [
      'bad id',
      { nemoclaw: { api: '1.0', contributes: { probe: [{ id: 'My Probe', module: './x.js' }] } } },
      'invalid',
      /lower-case/,
    ],
    [
      'module with ..',
      { nemoclaw: { api: '1.0', contributes: { probe: [{ id: 'a', module: './../x.js' }] } } },
      'invalid',
      /stay inside/,
    ],
    [
      'absolute module',
      { nemoclaw: { api: '1.0', contributes: { probe: [{ id: 'a', module: '/etc/x.js' }] } } },
      'invalid',
      /begin with/,
    ],
    ['another hook of oclif', { nemoclaw: { api: '1.0' }, hooks: { init: './x.js' } }, 'invalid', /oclif\.hooks\.init/],
    [
      'order without a hook',
      { nemoclaw: { api: '1.0', hooks: { 'pre-create': { order: 1 } } } },
      'invalid',
      /names no file/,
    ],
    [
      'a bound that is too long',
      { nemoclaw: { api: '1.0', hooks: { 'on-failure': { timeoutMs: 60_000 } } }, hooks: { 'on-failure': './x.js' } },
      'invalid',
      /timeoutMs/,
    ],
    [
      'a hook that is not there',
      { nemoclaw: { api: '1.0' }, hooks: { 'pre-create': './x.js' } },
      'invalid',
      /\.\/x\.js is not in the package/,
    ],
  ];
  it.each(cases)('%s', async (_name, fixture, diagnosis, reason) => {
    const registry = await registryOf([await writePackage(fixture), await probePackage('mine', { name: 'healthy' })]);
    const [broken, healthy] = registry.report();
    expect(broken).toMatchObject({ name: 'acme-plugin', diagnosis });
    expect(broken?.reason).toMatch(reason);
    expect(broken?.fix).toMatch(/\.$/);
    expect(healthy).toMatchObject({ diagnosis: 'ok' });
    await registry.load('probe', 'mine');
    expect(registry.hooks('pre-create')).toEqual([]);
  });

  it('also when the folder is gone', async () => {
    const gone = await probePackage('mine');
    await rm(gone.root, { recursive: true });
    const registry = await registryOf([gone]);
    expect(registry.report()[0]).toMatchObject({ diagnosis: 'invalid', version: 'unknown' });
  });
});

describe('modules stay in their package', () => {
  const escaping = async (source: PluginPackage['source']) => {
    const elsewhere = await temporaryFolder();
    await writeFile(join(elsewhere, 'index.mjs'), probeModule('mine'));
    const entry = await writePackage({
      source,
      nemoclaw: { api: '1.0', contributes: { probe: [{ id: 'mine', module: './index.mjs' }] } },
    });
    await symlink(join(elsewhere, 'index.mjs'), join(entry.root, 'index.mjs'));
    return registryOf([entry]);
  };

  it('an installed one that links out is refused', async () => {
    const registry = await escaping('installed');
    expect(registry.report()[0]?.contributions[0]).toMatchObject({
      diagnosis: 'invalid',
      reason: expect.stringContaining('outside of the package'),
    });
    const error = await rejection(registry.load('probe', 'mine'));
    expect(error).toMatchObject({ code: 'PLUGIN_MODULE_OUTSIDE', plugin: 'acme-plugin@1.2.3' });
  });

  it('a linked one may, since its author is working on it', async () => {
    expect((await (await escaping('linked')).load('probe', 'mine')).contribution.id).toBe('mine');
  });

  it('a package that is itself reached through a link is no escape', async () => {
    const entry = await probePackage('mine');
    const link = join(await temporaryFolder(), 'link');
    await symlink(entry.root, link);
    expect((await (await registryOf([{ ...entry, root: link }])).load('probe', 'mine')).contribution.id).toBe('mine');
  });

  it('a sibling folder whose name begins alike is outside', async () => {
    const parent = await temporaryFolder();
    await mkdir(join(parent, 'acme'));
    await mkdir(join(parent, 'acme-evil'));
    await writeFile(join(parent, 'acme-evil', 'x.mjs'), probeModule('mine'));
    await symlink(join(parent, 'acme-evil', 'x.mjs'), join(parent, 'acme', 'x.mjs'));
    await writeFile(
      join(parent, 'acme', 'package.json'),
      JSON.stringify({
        name: 'acme',
        version: '1.0.0',
        nemoclaw: { api: '1.0', contributes: { probe: [{ id: 'mine', module: './x.mjs' }] } },
      }),
    );
    const registry = await registryOf([{ name: 'acme', root: join(parent, 'acme'), source: 'installed' }]);
    expect(registry.find('probe', 'mine')?.state).toMatchObject({ code: 'PLUGIN_MODULE_OUTSIDE' });
  });

  it('a module that is not there', async () => {
    const entry = await writePackage({
      nemoclaw: { api: '1.0', contributes: { probe: [{ id: 'mine', module: './dist/index.js' }] } },
    });
    const error = await rejection((await registryOf([entry])).load('probe', 'mine'));
    expect(error).toMatchObject({ code: 'PLUGIN_MODULE_MISSING', hint: 'Install the plugin again.' });
  });
});

describe('conflicts', () => {
  it('an installed plugin does not take the place of a built-in one', async () => {
    const builtIn = await probePackage('bridge', { name: 'ours', source: 'built-in' });
    const registry = await registryOf([await probePackage('bridge', { name: 'aaa' }), builtIn]);
    expect(registry.find('probe', 'bridge')?.plugin).toBe('ours@1.2.3');
    expect((await registry.load('probe', 'bridge')).plugin).toBe('ours@1.2.3');
    expect(registry.report()[0]?.contributions[0]).toMatchObject({
      diagnosis: 'conflict',
      reason: expect.stringContaining('built in (ours@1.2.3)'),
    });
  });

  it('two plugins with one id are both refused, and each names the other', async () => {
    const registry = await registryOf([
      await probePackage('x', { name: 'aaa' }),
      await probePackage('x', { name: 'bbb', source: 'linked' }),
    ]);
    expect(registry.all('probe')).toEqual([]);
    expect(registry.report().map((item) => item.contributions[0]?.reason)).toEqual([
      'probe x is also offered by bbb@1.2.3.',
      'probe x is also offered by aaa@1.2.3.',
    ]);
    expect(await rejection(registry.load('probe', 'x'))).toMatchObject({ code: 'PLUGIN_CONFLICT' });
  });

  it('the same id in another kind is none', async () => {
    const gpu = await writePackage({
      name: 'gpu-plugin',
      nemoclaw: { api: '1.0', contributes: { gpu: [{ id: 'x', module: './g.js' }] } },
      files: { 'g.js': '' },
    });
    const registry = await registryOf([await probePackage('x'), gpu]);
    expect(registry.report().flatMap((item) => item.contributions.map((entry) => entry.diagnosis))).toEqual([
      'ok',
      'ok',
    ]);
  });

  it("one that cannot be used stands in nobody's way", async () => {
    const incomplete = await writePackage({
      name: 'incomplete',
      nemoclaw: { api: '1.0', contributes: { probe: [{ id: 'x', module: './gone.js' }] } },
    });
    const registry = await registryOf([incomplete, await probePackage('x')]);
    expect(registry.find('probe', 'x')).toMatchObject({ plugin: 'acme-plugin@1.2.3', state: { diagnosis: 'ok' } });
  });

  it('of two packages with one name the built-in one stays', async () => {
    const registry = await registryOf([
      await probePackage('a', { name: 'same', source: 'built-in' }),
      await probePackage('b', { name: 'same', source: 'installed' }),
    ]);
    expect(registry.report().map((item) => item.diagnosis)).toEqual(['ok', 'conflict']);
    expect(registry.all('probe').map((entry) => entry.id)).toEqual(['a']);
  });
});

describe('safe mode', () => {
  it('leaves only what is built in', async () => {
    const hooked = await writePackage({
      name: 'hooked',
      nemoclaw: { api: '1.0' },
      hooks: { 'pre-create': './h.js' },
      files: { 'h.js': '' },
    });
    const packages = [await probePackage('a', { name: 'ours', source: 'built-in' }), await probePackage('b'), hooked];
    const registry = await registryOf(packages, { env: { NEMOCLAW_SAFE_MODE: '1' } });
    expect(registry.report().map((item) => item.diagnosis)).toEqual(['ok', 'disabled', 'disabled']);
    expect(registry.hooks('pre-create')).toEqual([]);
    expect(await rejection(registry.load('probe', 'b'))).toMatchObject({
      code: 'PLUGIN_DISABLED',
      hint: expect.stringContaining('NEMOCLAW_SAFE_MODE'),
    });
    const off = await registryOf(packages, { env: { NEMOCLAW_SAFE_MODE: '0' } });
    expect(off.hooks('pre-create')).toHaveLength(1);
  });
});
