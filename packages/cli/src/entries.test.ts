import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { appOptions, binOptions } from '../scripts/build-code.ts';

/** Output → what it is made of, directly and through its static imports. */
let packagesOf: (entry: string) => string[];

beforeAll(async () => {
  const { metafile } = await build({ ...appOptions(), metafile: true, write: false, sourcemap: false });
  const outputs = metafile.outputs;
  const byEntry = new Map(
    Object.entries(outputs).map(([path, output]) => [output.entryPoint?.replace(/^.*cli\/src\//, ''), path]),
  );
  const closure = (path: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(path)) return seen;
    seen.add(path);
    for (const { path: next, kind, external } of outputs[path]?.imports ?? []) {
      if (!external && kind === 'import-statement') closure(next, seen);
    }
    return seen;
  };
  packagesOf = (entry) => {
    const start = byEntry.get(entry) ?? byEntry.get(`src/${entry}`);
    if (start === undefined) throw new Error(`${entry} is no entry: ${[...byEntry.keys()].join(' ')}`);
    const inputs = [...closure(start)].flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}));
    const names = inputs.map((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(input)?.[1]);
    return [...new Set(names.filter((name) => name !== undefined))].sort();
  };
});

describe('what an entry carries before it does anything', () => {
  it.each([
    'app.ts',
    'help.ts',
    'commands/list.ts',
    'commands/onboard.ts',
    'commands/gateway/restart.ts',
    'commands/chat.ts',
  ])('%s has neither zod nor prompts nor a task list', (entry) => {
    const packages = packagesOf(entry);
    for (const late of [
      'zod',
      'listr2',
      '@inquirer/prompts',
      '@peculiar/x509',
      'undici',
      'dockerode',
      'semver',
      'tinyglobby',
      'wsl-utils',
    ]) {
      expect(packages).not.toContain(late);
    }
  });

  it('the list is looked for in the right place', () => {
    expect(packagesOf('commands/list.ts')).toContain('@oclif/core');
  });
});

it('the bins carry sources of ours, five built-in modules and nothing else', async () => {
  const { metafile } = await build({ ...binOptions(), metafile: true, write: false });
  const inputs = Object.keys(metafile.inputs);
  const ours =
    /(^|\/)(packages\/cli\/)?src\/(bin|bin-nemohermes|main|program|generated|(fast|grammar|render|envelope|runtime)\/[\w-]+)\.ts$/;
  const rest = inputs.filter((input) => !ours.test(input));
  expect(rest.sort()).toEqual([
    'builtin:node:fs',
    'builtin:node:module',
    'builtin:node:os',
    'builtin:node:path',
    'builtin:node:url',
  ]);
});
