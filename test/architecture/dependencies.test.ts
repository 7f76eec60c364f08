import { describe, expect, it } from 'vitest';
import {
  importsOf,
  packageName,
  resolveRelative,
  type Source,
  workspacePackages,
  workspaceSources,
} from './sources.ts';

const packages = workspacePackages();
const sources = workspaceSources();
const nameOf = new Map(packages.map(({ folder, name }) => [folder, name]));

/** What a package may import of the workspace; the arrows of DESIGN §1. */
function allowed(folder: string, isTest: boolean): string[] {
  const contract = ['@nemoclaw/plugin-api'];
  const byPackage: Record<string, string[]> = {
    'packages/plugin-api': [],
    'packages/supervisor': contract,
    'packages/relay': contract,
    'packages/core': [...contract, '@nemoclaw/supervisor', '@nemoclaw/relay'],
    'packages/testkit': [...contract, '@nemoclaw/core'],
    'packages/cli': [...contract, '@nemoclaw/core', '@nemoclaw/supervisor', '@nemoclaw/relay'],
  };
  const product = folder.startsWith('plugins/') ? contract : byPackage[folder];
  if (product === undefined) throw new Error(`${folder} is new: say here what it may import`);
  const forTests = folder === 'packages/testkit' || folder === 'packages/plugin-api' ? [] : ['@nemoclaw/testkit'];
  return isTest ? [...product, ...forTests] : product;
}

/** What the testkit hands to tests on a real engine is the real driver; its suites know none. */
const isEngineContext = ({ path }: Source, name: string): boolean =>
  path.startsWith('packages/testkit/src/contexts/engine/') && name === '@nemoclaw/driver-docker';

function offenders(find: (source: Source) => string[]): string[] {
  return sources.flatMap((source) => find(source).map((what) => `${source.path}: ${what}`));
}

describe('imports', () => {
  it('follow the arrows between packages', () => {
    const ours = new Set(packages.map(({ name }) => name));
    const wrong = offenders((source) =>
      importsOf(source).filter((specifier) => {
        const name = packageName(specifier);
        if (name === undefined || !ours.has(name) || name === nameOf.get(source.folder)) return false;
        return !allowed(source.folder, source.isTest).includes(name) && !isEngineContext(source, name);
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('cross a package only through its exports', () => {
    const exportsOf = new Map(packages.map(({ name, json }) => [name, Object.keys(json.exports ?? {})]));
    const wrong = offenders((source) =>
      importsOf(source).filter((specifier) => {
        const name = packageName(specifier);
        if (name === undefined)
          return specifier.startsWith('.') && !resolveRelative(source, specifier).startsWith(`${source.folder}/`);
        const offered = exportsOf.get(name);
        return offered !== undefined && !offered.includes(`.${specifier.slice(name.length)}`);
      }),
    );
    expect(wrong).toEqual([]);
  });

  it.each([
    ['dockerode', ['plugins/driver-docker']],
    ['@oclif/core', ['packages/cli']],
  ])('%s stays in %s', (library, homes) => {
    const users = sources.filter((source) => importsOf(source).some((specifier) => packageName(specifier) === library));
    expect(users.length).toBeGreaterThan(0);
    expect(users.filter(({ folder }) => !homes.includes(folder)).map(({ path }) => path)).toEqual([]);
  });
});
