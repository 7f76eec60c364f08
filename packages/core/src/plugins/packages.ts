import { join, sep } from 'node:path';
import { oneLine } from '../redaction/index.ts';
import { type ManifestResult, type PackageManifest, readManifest } from './manifest.ts';
import {
  type ContributionEntry,
  type DiagnosedPackage,
  type Diagnosis,
  OK,
  type PluginFiles,
  type PluginPackage,
} from './types.ts';

type Problem = Exclude<Diagnosis, { diagnosis: 'ok' }>;
type Located = { path: string } | { problem: Problem };

const reinstall = (entry: PluginPackage): string =>
  entry.source === 'linked'
    ? 'Build the plugin.'
    : entry.source === 'built-in'
      ? 'Build or install this program again.'
      : 'Install the plugin again.';

/** Extensions that oclif lets a hook's path leave away. */
const ENDINGS = ['', '.js', '.mjs'];

const locate = async (files: PluginFiles, entry: PluginPackage, realRoot: string, module: string): Promise<Located> => {
  for (const ending of ENDINGS) {
    const path = await files.realpath(join(entry.root, module) + ending).catch(() => undefined);
    if (path === undefined) continue;
    // A plugin that is being written may be linked together from several folders.
    if (entry.source === 'linked' || path.startsWith(realRoot + sep)) return { path };
    return {
      problem: {
        diagnosis: 'invalid',
        code: 'PLUGIN_MODULE_OUTSIDE',
        reason: `${module} is a link to ${path}, outside of the package.`,
        fix: 'Its author must ship the file itself.',
      },
    };
  }
  return {
    problem: {
      diagnosis: 'invalid',
      code: 'PLUGIN_MODULE_MISSING',
      reason: `${module} is not in the package.`,
      fix: reinstall(entry),
    },
  };
};

const unreadable = (entry: PluginPackage, reason: string): Problem => ({
  diagnosis: 'invalid',
  code: 'PLUGIN_MANIFEST_INVALID',
  reason,
  fix: reinstall(entry),
});

const withoutContents = (
  entry: PluginPackage,
  state: Problem,
  known: { name?: string; version?: string; api?: string } = {},
): DiagnosedPackage => ({
  name: entry.name,
  version: oneLine(known.version ?? 'unknown', 100),
  source: entry.source,
  api: oneLine(known.api ?? '', 20),
  state,
  contributions: [],
  hooks: [],
});

const disabled: Problem = {
  diagnosis: 'disabled',
  code: 'PLUGIN_DISABLED',
  reason: 'NEMOCLAW_SAFE_MODE is set: only what is built in is used.',
  fix: 'Run the command without NEMOCLAW_SAFE_MODE.',
};

/** Reads one package and says what is wrong with it; never rejects, never imports. */
export const readPackage = async (
  files: PluginFiles,
  entry: PluginPackage,
  safeMode: boolean,
): Promise<DiagnosedPackage> => {
  const path = join(entry.root, 'package.json');
  let result: ManifestResult;
  let realRoot: string;
  try {
    realRoot = await files.realpath(entry.root);
    result = readManifest(await files.readFile(path), { allowOtherHooks: entry.source === 'built-in' });
  } catch (error) {
    return withoutContents(
      entry,
      unreadable(entry, `${path} cannot be read: ${oneLine(error instanceof Error ? error.message : String(error))}`),
    );
  }
  if (!result.ok) return withoutContents(entry, result.problem, result);
  const { manifest } = result;
  if (manifest.name !== entry.name) {
    return withoutContents(entry, unreadable(entry, `${path} is of ${manifest.name}, not of ${entry.name}.`), manifest);
  }
  return locateModules(files, entry, realRoot, manifest, safeMode);
};

const locateModules = async (
  files: PluginFiles,
  entry: PluginPackage,
  realRoot: string,
  manifest: PackageManifest,
  safeMode: boolean,
): Promise<DiagnosedPackage> => {
  const plugin = `${manifest.name}@${manifest.version}`;
  const off = safeMode && entry.source !== 'built-in';
  const contributions = await Promise.all(
    manifest.contributes.map(async ({ kind, id, module }): Promise<ContributionEntry> => {
      const found = await locate(files, entry, realRoot, module);
      const state = off ? disabled : 'problem' in found ? found.problem : OK;
      return { kind, id, plugin, source: entry.source, module: 'path' in found ? found.path : '', state };
    }),
  );
  const hooks: DiagnosedPackage['hooks'] = [];
  let state: Diagnosis = off ? disabled : OK;
  for (const hook of manifest.hooks) {
    const found = await locate(files, entry, realRoot, hook.module);
    if ('path' in found) hooks.push({ ...hook, module: found.path });
    // A hook that is named and not there may be a policy: nothing of this plugin runs without it.
    else if (state.diagnosis === 'ok') state = found.problem;
  }
  const blocked = state.diagnosis === 'ok' ? undefined : state;
  return {
    name: manifest.name,
    version: manifest.version,
    source: entry.source,
    api: manifest.api,
    state,
    contributions: blocked
      ? contributions.map((item) => (item.state.diagnosis === 'ok' ? { ...item, state: blocked } : item))
      : contributions,
    hooks,
  };
};
