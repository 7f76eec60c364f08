import { join } from 'node:path';
import type { PluginReport } from '../api/nemoclaw.ts';
import { codedError } from '../errors/index.ts';
import { createRegistry, type PackageManifest, type PluginPackage } from '../plugins/index.ts';
import { acquireLock } from '../state/lock/lock.ts';
import { systemProcessFacts } from '../state/lock/process-facts.ts';
import type { TakenCommands } from './commands.ts';
import { isAllowed, type PluginOffer } from './consent.ts';
import { shipping } from './find-command.ts';
import { installScripts } from './gate.ts';
import { type PluginEntry, readIndex, type StorePaths, storePaths, writeIndex } from './index-file.ts';
import { installedPackages } from './installed.ts';
import { sweep } from './staging.ts';

export interface PluginStoreOptions {
  home: string;
  env: Readonly<Record<string, string | undefined>>;
  builtIn: PluginPackage[];
  allow: readonly string[];
  allowGit: boolean;
  /** Ids and aliases of the program's own commands: `gpu:list`. */
  commands: readonly string[];
  now?: () => Date;
}

/** Checked before anything is written: what the registry, or the package itself, says. */
export interface Candidate {
  manifest: PackageManifest;
  document: Record<string, unknown>;
  source: string;
  integrity?: string;
  /** Ids of its commands, once its files are there. */
  commands?: readonly string[];
}

/** What every change of the set needs. */
export interface StoreContext {
  options: PluginStoreOptions;
  paths: StorePaths;
  now(): Date;
  /** One process at a time; BUSY says who. */
  locked<T>(operation: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T>;
  /** All plugins that are there now. */
  reports(): Promise<PluginReport[]>;
  offerOf(candidate: Candidate): Promise<PluginOffer>;
  /** Commands that a plugin of that name may not have. */
  taken(name: string): Promise<TakenCommands>;
  commit(entries: PluginEntry[]): Promise<void>;
}

export const createContext = (options: PluginStoreOptions): StoreContext => {
  const paths: StorePaths = storePaths(options.home);
  const now = options.now ?? (() => new Date());

  const locked = async <T>(operation: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> => {
    const lock = await acquireLock({
      folder: join(paths.root, 'locks'),
      name: 'plugins',
      subject: 'The set of plugins',
      operation,
      facts: systemProcessFacts(),
      now,
      ...(signal ? { signal } : {}),
    });
    try {
      return await work();
    } finally {
      await lock.release();
    }
  };

  const reports = async (): Promise<PluginReport[]> => {
    const packages = [...options.builtIn, ...(await installedPackages(paths))];
    return (await createRegistry({ packages })).report();
  };

  const offerOf = async (candidate: Candidate): Promise<PluginOffer> => {
    const { manifest, document, source, integrity, commands } = candidate;
    const before = (await readIndex(paths)).find(({ name }) => name === manifest.name);
    return {
      name: manifest.name,
      version: manifest.version,
      source,
      ...(integrity === undefined ? {} : { integrity }),
      contributions: manifest.contributes.map(({ kind, id }) => ({ kind, id })),
      hooks: manifest.hooks.map(({ hook, order, timeoutMs }) => ({ name: hook, order, timeoutMs })),
      commands:
        commands?.map((id) => id.replaceAll(':', ' ')) ??
        ((document.oclif as { commands?: unknown } | undefined)?.commands === undefined ? [] : 'unnamed'),
      installScripts: installScripts(document),
      ...(before === undefined ? {} : { replaces: before.current.version }),
      allowed: isAllowed(options.allow, manifest.name, manifest.version),
    };
  };

  const taken = async (name: string): Promise<TakenCommands> => ({
    own: options.commands,
    others: (await shipping(options.home))
      .filter(({ entry }) => entry.name !== name)
      .map(({ entry, document, ids }) => ({ plugin: `${entry.name}@${String(document.version)}`, ids })),
  });

  /** Writes the new state of one plugin; the folder it leaves behind goes with the next sweep, which is at once. */
  const commit = async (entries: PluginEntry[]): Promise<void> => {
    await writeIndex(
      paths,
      entries.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    );
    await sweep(paths, entries);
  };

  return { options, paths, now, locked, reports, offerOf, taken, commit };
};

/** A package whose manifest is fine may still name files that are not in it, or not its own. */
export const refuseBroken = async (
  root: string,
  manifest: PackageManifest,
  source: PluginPackage['source'],
): Promise<void> => {
  const registry = await createRegistry({ packages: [{ name: manifest.name, root, source }] });
  const [report] = registry.report();
  const broken = [report, ...(report?.contributions ?? [])].find((one) => one?.diagnosis !== 'ok');
  if (broken === undefined) return;
  const entry = manifest.contributes
    .map(({ kind, id }) => registry.find(kind, id))
    .find((one) => one?.state.diagnosis !== 'ok');
  const code = entry && entry.state.diagnosis !== 'ok' ? entry.state.code : 'PLUGIN_MODULE_MISSING';
  throw codedError(code, {
    message: `${manifest.name}@${manifest.version}: ${broken.reason ?? 'it cannot be used.'}`,
    ...(broken.fix === undefined ? {} : { hint: broken.fix }),
    plugin: `${manifest.name}@${manifest.version}`,
  });
};
