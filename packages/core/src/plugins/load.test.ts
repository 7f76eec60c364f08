import { describe, expect, it } from 'vitest';
import { exitCodeFor } from '../errors/index.ts';
import { fixtureFiles, probePackage, writePackage } from './package.fixture.ts';
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

describe('loading', () => {
  it.each([
    [
      'throws',
      'throw new Error("no licence")',
      'PLUGIN_IMPORT_FAILED',
      /acme-plugin@1\.2\.3 failed in the import of index\.js .*no licence.*Likely cause: a fault in its code at .*index\.js:1/,
    ],
    ['does not parse', 'export default {', 'PLUGIN_IMPORT_FAILED', /Likely cause: its code does not parse on Node/],
    [
      'lacks a dependency',
      'import "left-pad-that-is-not-there"',
      'PLUGIN_IMPORT_FAILED',
      /Likely cause: a dependency of it is not installed/,
    ],
    ['has no default export', 'export const x = 1', 'PLUGIN_WRONG_EXPORT', /no default export/],
    ['exports a function', 'export default () => 1', 'PLUGIN_WRONG_EXPORT', /not an object/],
    ['is of another kind', 'export default { kind: "gpu", id: "mine" }', 'PLUGIN_WRONG_EXPORT', /its kind is "gpu"/],
    ['has another id', 'export default { kind: "probe", id: "yours" }', 'PLUGIN_WRONG_EXPORT', /its id is "yours"/],
    [
      'lacks a function',
      'export default { kind: "probe", id: "mine", title: "t", when: ["preflight"], applies: () => true }',
      'PLUGIN_WRONG_EXPORT',
      /its run must be a function/,
    ],
  ])('a module that %s', async (_name, source, code, message) => {
    const registry = await registryOf([await probePackage('mine', { files: { 'dist/index.js': source } })]);
    const error = await rejection(registry.load('probe', 'mine'));
    expect(error).toMatchObject({ code, plugin: 'acme-plugin@1.2.3' });
    expect(error.message).toMatch(message);
    expect(exitCodeFor(error)).toBe(1);
  });
});

describe('hooks', () => {
  const hooked = (name: string, source: PluginPackage['source'], order?: number) =>
    writePackage({
      name,
      source,
      nemoclaw: { api: '1.0', ...(order === undefined ? {} : { hooks: { 'pre-create': { order, timeoutMs: 1234 } } }) },
      hooks: { 'pre-create': './h', 'post-ready': [{ target: './h.js' }] },
      files: { 'h.js': 'export default () => undefined' },
    });

  it('come by order number, then source, then name, whatever the order of packages', async () => {
    const packages = [
      await hooked('zeta', 'installed', -5),
      await hooked('linked', 'linked'),
      await hooked('bbb', 'installed'),
      await hooked('aaa', 'installed'),
      await hooked('ours', 'built-in'),
    ];
    const expected = ['zeta', 'ours', 'aaa', 'bbb', 'linked'].map((name) => `${name}@1.2.3`);
    for (const order of [packages, packages.toReversed()]) {
      const hooks = (await registryOf(order)).hooks('pre-create');
      expect(hooks.map((hook) => hook.plugin)).toEqual(expected);
      expect(hooks.map((hook) => hook.timeoutMs)).toEqual([1234, 10_000, 10_000, 10_000, 10_000]);
    }
    const registry = await registryOf(packages);
    expect(registry.hooks('post-ready')).toHaveLength(5);
    expect(registry.hooks('on-failure')).toEqual([]);
    expect(registry.report()[0]?.hooks).toContainEqual({ name: 'pre-create', order: -5, timeoutMs: 1234 });
  });

  it('load a function and nothing else', async () => {
    const good = (await registryOf([await hooked('good', 'installed')])).hooks('pre-create')[0];
    expect(await good?.load()).toBeTypeOf('function');
    const entry = await writePackage({
      nemoclaw: { api: '1.0' },
      hooks: { 'pre-create': './h.js' },
      files: { 'h.js': 'export default 5' },
    });
    const bad = (await registryOf([entry])).hooks('pre-create')[0];
    expect(await rejection(bad?.load() as Promise<unknown>)).toMatchObject({
      code: 'PLUGIN_WRONG_EXPORT',
      plugin: 'acme-plugin@1.2.3',
    });
  });
});
