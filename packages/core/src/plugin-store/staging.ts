import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codedError } from '../errors/index.ts';
import { ensureFolder, naming, syncFolder } from '../state/atomic-file.ts';
import { namesIn, removeFolder } from '../state/folders.ts';
import type { PluginEntry, StorePaths } from './index-file.ts';

/** A folder of its own to install into; nothing reads it until it is renamed. */
export const makeStaging = async (paths: StorePaths): Promise<string> => {
  const folder = join(paths.staging, randomBytes(8).toString('hex'));
  await ensureFolder(paths.staging);
  await naming(folder, async () => {
    await mkdir(folder, { mode: 0o700 });
    await writeFile(join(folder, 'package.json'), '{"private":true}\n');
  });
  return folder;
};

const readJson = async (path: string): Promise<Record<string, unknown>> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  } catch (cause) {
    throw codedError('PLUGIN_MANIFEST_INVALID', { message: `${path} cannot be read.`, cause });
  }
};

/** The package.json of a package in a folder. */
export const readDocument = (root: string): Promise<Record<string, unknown>> => readJson(join(root, 'package.json'));

/** What npm put there when it was told a spec that has no name in it. */
export const onlyDependency = async (staging: string): Promise<string> => {
  const { dependencies } = await readDocument(staging);
  const names = Object.keys((dependencies ?? {}) as object);
  if (names.length === 1 && names[0] !== undefined) return names[0];
  throw codedError('PLUGIN_REGISTRY_FAILED', { message: `npm installed ${names.length} packages instead of one.` });
};

/** Integrity and address as npm recorded them for what it installed. */
export const lockedPackage = async (
  staging: string,
  name: string,
): Promise<{ integrity: string | undefined; resolved: string | undefined }> => {
  const { packages } = await readJson(join(staging, 'package-lock.json'));
  const entry = (packages as Record<string, { integrity?: unknown; resolved?: unknown }> | undefined)?.[
    `node_modules/${name}`
  ];
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return { integrity: text(entry?.integrity), resolved: text(entry?.resolved) };
};

/** Where a version will live: never a folder that is there, so that a reader of the old one is not disturbed. */
export const newHome = (name: string, version: string): string =>
  join('packages', name.replace('/', '+'), `${version.replace(/[^\w.+-]/g, '_')}-${randomBytes(4).toString('hex')}`);

/** One rename: the folder is there whole or not at all. */
export const moveIn = async (paths: StorePaths, staging: string, folder: string): Promise<void> => {
  const target = join(paths.root, folder);
  await ensureFolder(dirname(target));
  await naming(target, () => rename(staging, target));
  await syncFolder(dirname(target));
};

/** Takes away what no entry names: leftovers of a crash, versions that were replaced. Under the lock only. */
export const sweep = async (paths: StorePaths, entries: readonly PluginEntry[]): Promise<void> => {
  const kept = new Set(
    entries.flatMap(({ current, previous }) =>
      [current, previous].flatMap((one) => (one?.source === 'installed' ? [join(paths.root, one.folder)] : [])),
    ),
  );
  for (const plugin of await namesIn(paths.packages)) {
    const folder = join(paths.packages, plugin);
    const versions = await namesIn(folder);
    for (const version of versions)
      if (!kept.has(join(folder, version))) await removeFolder(join(folder, version), paths.trash);
    if ((await namesIn(folder)).length === 0) await rm(folder, { recursive: true, force: true });
  }
  for (const folder of [paths.staging, paths.trash]) await rm(folder, { recursive: true, force: true });
};
