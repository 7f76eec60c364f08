import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { constants, Script } from 'node:vm';
import { onTestFinished } from 'vitest';
import { pluginFiles } from './files.ts';
import type { PluginFiles, PluginPackage, PluginSource } from './types.ts';

export interface PackageFixture {
  name?: string;
  source?: PluginSource;
  /** The `nemoclaw` key; `undefined` leaves it away. */
  nemoclaw?: unknown;
  /** `oclif.hooks`. */
  hooks?: Record<string, unknown>;
  files?: Record<string, string>;
  /** Instead of the whole package.json. */
  packageJson?: string;
}

/** A folder that goes when the test is over; its name has a blank and a `#`, as a user's may. */
export const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'nemoclaw plugins #'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** A real package on disk. */
export const writePackage = async (fixture: PackageFixture): Promise<PluginPackage> => {
  const root = await temporaryFolder();
  const name = fixture.name ?? 'acme-plugin';
  const document = {
    name,
    version: '1.2.3',
    type: 'module',
    ...(fixture.nemoclaw === undefined ? {} : { nemoclaw: fixture.nemoclaw }),
    ...(fixture.hooks === undefined ? {} : { oclif: { hooks: fixture.hooks } }),
  };
  const files = { 'package.json': fixture.packageJson ?? JSON.stringify(document), ...fixture.files };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return { name, root, source: fixture.source ?? 'installed' };
};

/** A package whose only purpose is one probe. */
export const probePackage = (id: string, over: PackageFixture = {}): Promise<PluginPackage> =>
  writePackage({
    nemoclaw: { api: '1.0', contributes: { probe: [{ id, module: './dist/index.js' }] } },
    ...over,
    files: { 'dist/index.js': probeModule(id), ...over.files },
  });

export const probeModule = (id: string): string => `
  export default {
    kind: 'probe', id: '${id}', title: 'A probe', when: ['on-demand'],
    applies: () => true,
    run: async () => ({ probe: '${id}', status: 'ok', code: 'ok', layer: 'tcp', summary: 'fine', remedy: [], evidence: {}, elapsedMs: 1 }),
  };
`;

// vitest resolves the `import()` of a file that it transforms by itself, and stumbles over `#` in a path; plugins are to
// be loaded by Node, so its own import is taken here.
const nodeImport = new Script('(url) => import(url)', {
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
}).runInThisContext() as (url: string) => Promise<Record<string, unknown>>;

export const fixtureFiles: PluginFiles = {
  ...pluginFiles,
  importModule: (path) => nodeImport(pathToFileURL(path).href),
};
