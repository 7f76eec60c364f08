import { type HookName, isCodedError } from '@nemoclaw/plugin-api';
import { createRegistry, type PluginPackage } from '../plugins/index.ts';
import { fixtureFiles, writePackage } from '../plugins/package.fixture.ts';
import type { HookOptions } from './runner.ts';

/** No guards here: they listen to the whole process; guards.test.ts has them in processes of their own. */
export const options: HookOptions = { env: {}, guards: [] };

/** A real package with one hook; `order` and `timeoutMs` as its manifest has them. */
export const plugin = (
  name: string,
  hook: HookName,
  source: string,
  settings?: { order?: number; timeoutMs?: number },
): Promise<PluginPackage> =>
  writePackage({
    name,
    nemoclaw: { api: '1.0', ...(settings ? { hooks: { [hook]: settings } } : {}) },
    hooks: { [hook]: './hook.js' },
    files: { 'hook.js': source },
  });
export const hooksOf = async <H extends HookName>(hook: H, packages: Promise<PluginPackage>[]) =>
  (await createRegistry({ ...fixtureFiles, packages: await Promise.all(packages) })).hooks(hook);
export const one = async <H extends HookName>(hook: H, source: string, timeoutMs?: number) =>
  hooksOf(hook, [plugin('acme', hook, source, timeoutMs === undefined ? undefined : { timeoutMs })]);

export const failure = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => new Error('expected a rejection'),
    (rejection: unknown) => rejection,
  );
  if (!isCodedError(error)) throw error;
  return error;
};
