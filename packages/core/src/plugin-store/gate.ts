import type { CodedError } from '@nemoclaw/plugin-api';
import type { PluginReport } from '../api/nemoclaw.ts';
import { codedError } from '../errors/index.ts';
import { type PackageManifest, readManifest } from '../plugins/index.ts';

/** What is known before a package joins: everything that it could collide with. */
export interface Surroundings {
  /** Built-in, installed and linked plugins. */
  plugins: readonly PluginReport[];
}

const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'];

const named = (manifest: PackageManifest): string => `${manifest.name}@${manifest.version}`;

const refuseTwice = (manifest: PackageManifest): CodedError | undefined => {
  const all = manifest.contributes.map(({ kind, id }) => `${kind} ${id}`);
  const twice = all.find((item, index) => all.indexOf(item) !== index);
  if (twice === undefined) return undefined;
  return codedError('PLUGIN_CONFLICT', {
    message: `${named(manifest)} offers ${twice} twice.`,
    hint: 'Its author must name each contribution once.',
    plugin: named(manifest),
  });
};

const refuseRival = (manifest: PackageManifest, plugins: readonly PluginReport[]): CodedError | undefined => {
  const plugin = named(manifest);
  const sameName = plugins.find(({ name, source }) => name === manifest.name && source === 'built-in');
  if (sameName)
    return codedError('PLUGIN_SHADOWS_BUILT_IN', {
      message: `${manifest.name} is the name of a package that is built in.`,
      hint: 'Its author must choose another name for the package.',
      plugin,
    });
  for (const { kind, id } of manifest.contributes) {
    const rival = plugins.find(
      (other) =>
        other.name !== manifest.name && other.contributions.some((entry) => entry.kind === kind && entry.id === id),
    );
    if (rival === undefined) continue;
    if (rival.source === 'built-in')
      return codedError('PLUGIN_SHADOWS_BUILT_IN', {
        message: `${plugin} offers ${kind} ${id}, which is built in (${rival.name}); a plugin cannot take its place.`,
        plugin,
      });
    return codedError('PLUGIN_CONFLICT', {
      message: `${plugin} offers ${kind} ${id}, and so does ${rival.name}@${rival.version}.`,
      hint: `Uninstall the other one first: \`nemoclaw plugins uninstall ${rival.name}\`.`,
      plugin,
    });
  }
  return undefined;
};

/** Pure: the manifest of a package that may join, or the coded error that says why not and what to do. */
export const judgeManifest = (document: unknown, { plugins }: Surroundings): PackageManifest => {
  const result = readManifest(JSON.stringify(document), { allowOtherHooks: false });
  if (!result.ok) {
    const plugin = `${result.name ?? 'the package'}@${result.version ?? 'unknown'}`;
    const noKey = (document as { nemoclaw?: unknown } | null)?.nemoclaw === undefined;
    throw codedError(result.problem.code, {
      message: noKey
        ? `${plugin} is no plugin: its package.json has no "nemoclaw" key.`
        : `${plugin}: ${result.problem.reason}`,
      hint: result.problem.fix,
      plugin,
    });
  }
  const problem = refuseTwice(result.manifest) ?? refuseRival(result.manifest, plugins);
  if (problem) throw problem;
  return result.manifest;
};

/** Scripts that npm would run at install; here they never do, and the user is told so. */
export const installScripts = (document: Record<string, unknown>): string[] =>
  INSTALL_SCRIPTS.filter(
    (name) => typeof (document.scripts as Record<string, unknown> | undefined)?.[name] === 'string',
  );

const KEYS = ['name', 'version', 'nemoclaw', 'oclif'] as const;

/** Keys in any order are the same text. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ) ?? 'undefined';

/** A registry keeps what it was told at publishing, which need not be what is in the tarball. */
export const refuseMismatch = (promised: Record<string, unknown>, delivered: Record<string, unknown>): void => {
  const wrong = KEYS.find((key) => canonical(promised[key]) !== canonical(delivered[key]));
  if (wrong === undefined) return;
  const plugin = `${String(promised.name)}@${String(promised.version)}`;
  throw codedError('PLUGIN_METADATA_MISMATCH', {
    message: `The package.json inside ${plugin} has another "${wrong}" than the registry shows for it.`,
    plugin,
  });
};
