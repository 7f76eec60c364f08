import { realpath } from 'node:fs/promises';
import { codedError } from '../errors/index.ts';
import { bringing, judgeCommands } from './commands.ts';
import type { Consent } from './consent.ts';
import { createContext, type PluginStoreOptions, refuseBroken } from './context.ts';
import { judgeManifest } from './gate.ts';
import { type PluginEntry, packageRoot, readIndex } from './index-file.ts';
import { createInstaller, type InstallInput } from './install.ts';
import { verifyFiles } from './installed.ts';
import { readDocument } from './staging.ts';

export interface PluginChange {
  name: string;
  version: string;
  /** Version that was there before. */
  replaced?: string;
  outcome: 'installed' | 'unchanged' | 'linked' | 'uninstalled' | 'rolled-back';
  /** Commands that it brings, as a user says them; only where it was installed or linked. */
  commands?: string[];
}

export interface ChangeOptions {
  signal?: AbortSignal;
}

/** Other people's plugins on this host: each version a folder of its own, one index that says which are in force. */
export interface PluginStore {
  install(spec: string, input: InstallInput): Promise<PluginChange>;
  /** A folder that is being written; used where it lies, nothing of it is checked against changes. */
  link(folder: string, options: ChangeOptions & { consent: Pick<Consent, 'show'> }): Promise<PluginChange>;
  uninstall(name: string, options?: ChangeOptions): Promise<PluginChange>;
  /** Back to the version before the last install; the one in force becomes the earlier one. */
  rollback(name: string, options?: ChangeOptions): Promise<PluginChange>;
}

export const createPluginStore = (options: PluginStoreOptions): PluginStore => {
  const context = createContext(options);
  const { paths, now, locked, reports, offerOf, taken, commit } = context;
  const install = createInstaller(context);

  const entryOf = async (name: string): Promise<{ entries: PluginEntry[]; entry: PluginEntry }> => {
    const entries = await readIndex(paths);
    const entry = entries.find((one) => one.name === name);
    if (entry) return { entries, entry };
    const builtIn = options.builtIn.some((plugin) => plugin.name === name);
    throw codedError('PLUGIN_NOT_INSTALLED', {
      message: builtIn ? `${name} is built in; it cannot be taken away.` : `No plugin ${name} is installed.`,
    });
  };

  return {
    install: async (spec, input) => install(spec, input),
    link: async (folder, { consent, signal }) => {
      const root = await realpath(folder).catch((cause: unknown) => {
        throw codedError('PLUGIN_SPEC_INVALID', { message: `There is no folder ${folder}.`, cause });
      });
      const document = await readDocument(root);
      const manifest = judgeManifest(document, { plugins: await reports() });
      await refuseBroken(root, manifest, 'linked');
      const commands = await judgeCommands(root, document, await taken(manifest.name));
      // It is code of the user's own machine, named by its folder: shown, not asked for.
      await consent.show(await offerOf({ manifest, document, source: root, commands }));
      return locked(`plugins link ${folder}`, signal, async () => {
        const entries = (await readIndex(paths)).filter((entry) => entry.name !== manifest.name);
        const current = { source: 'linked' as const, version: manifest.version, folder: root, at: now().toISOString() };
        await commit([...entries, { name: manifest.name, current }]);
        return { name: manifest.name, version: manifest.version, outcome: 'linked' as const, ...bringing(commands) };
      });
    },
    uninstall: (name, input) =>
      locked(`plugins uninstall ${name}`, input?.signal, async () => {
        const { entries, entry } = await entryOf(name);
        await commit(entries.filter((one) => one !== entry));
        return { name, version: entry.current.version, outcome: 'uninstalled' };
      }),
    rollback: (name, input) =>
      locked(`plugins rollback ${name}`, input?.signal, async () => {
        const { entries, entry } = await entryOf(name);
        const { current, previous } = entry;
        if (previous === undefined)
          throw codedError('PLUGIN_NO_PREVIOUS', {
            message: `${name}@${current.version} has no earlier version here.`,
          });
        const state = await verifyFiles(paths, name, previous);
        if (state.diagnosis !== 'ok')
          throw codedError(state.code, { message: `${name}@${previous.version}: ${state.reason}` });
        const others = { plugins: (await reports()).filter((report) => report.name !== name) };
        judgeManifest(await readDocument(packageRoot(paths, name, previous)), others);
        const back = { name, current: previous, ...(current.source === 'installed' ? { previous: current } : {}) };
        await commit([...entries.filter((one) => one !== entry), back]);
        return { name, version: previous.version, replaced: current.version, outcome: 'rolled-back' };
      }),
  };
};
