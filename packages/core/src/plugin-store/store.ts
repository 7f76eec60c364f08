import { realpath, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { PluginReport } from '../api/nemoclaw.ts';
import { codedError } from '../errors/index.ts';
import { createRegistry, type PackageManifest, type PluginPackage } from '../plugins/index.ts';
import { acquireLock } from '../state/lock/lock.ts';
import { systemProcessFacts } from '../state/lock/process-facts.ts';
import { judgeCommands } from './commands.ts';
import { type Consent, isAllowed, obtainConsent, type PluginOffer } from './consent.ts';
import { hashFiles } from './files-hash.ts';
import { installScripts, judgeManifest, refuseMismatch } from './gate.ts';
import { type PluginEntry, packageRoot, readIndex, type StorePaths, storePaths, writeIndex } from './index-file.ts';
import { installedPackages, verifyFiles } from './installed.ts';
import { npmInstall, npmView } from './npm.ts';
import { type PluginSpec, parseSpec } from './spec.ts';
import { lockedPackage, makeStaging, moveIn, newHome, onlyDependency, readDocument, sweep } from './staging.ts';

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

export interface PluginChange {
  name: string;
  version: string;
  /** Version that was there before. */
  replaced?: string;
  outcome: 'installed' | 'unchanged' | 'linked' | 'uninstalled' | 'rolled-back';
}

export interface ChangeOptions {
  signal?: AbortSignal;
}

/** Other people's plugins on this host: each version a folder of its own, one index that says which are in force. */
export interface PluginStore {
  install(spec: string, options: ChangeOptions & { consent: Consent; cwd: string }): Promise<PluginChange>;
  /** A folder that is being written; used where it lies, nothing of it is checked against changes. */
  link(folder: string, options: ChangeOptions & { consent: Pick<Consent, 'show'> }): Promise<PluginChange>;
  uninstall(name: string, options?: ChangeOptions): Promise<PluginChange>;
  /** Back to the version before the last install; the one in force becomes the earlier one. */
  rollback(name: string, options?: ChangeOptions): Promise<PluginChange>;
}

/** Checked before anything is written: what the registry, or the package itself, says. */
interface Candidate {
  manifest: PackageManifest;
  document: Record<string, unknown>;
  source: string;
  integrity?: string;
}

const withoutUserInfo = (address: string): string => address.replace(/^(\w+(?:\+\w+)?:\/\/)[^/@]*@/, '$1');

export const createPluginStore = (options: PluginStoreOptions): PluginStore => {
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
    const { manifest, document, source, integrity } = candidate;
    const before = (await readIndex(paths)).find(({ name }) => name === manifest.name);
    return {
      name: manifest.name,
      version: manifest.version,
      source,
      ...(integrity === undefined ? {} : { integrity }),
      contributions: manifest.contributes.map(({ kind, id }) => ({ kind, id })),
      hooks: manifest.hooks.map(({ hook, order, timeoutMs }) => ({ name: hook, order, timeoutMs })),
      installScripts: installScripts(document),
      ...(before === undefined ? {} : { replaces: before.current.version }),
      allowed: isAllowed(options.allow, manifest.name, manifest.version),
    };
  };

  /** Writes the new state of one plugin; the folder it leaves behind goes with the next sweep, which is at once. */
  const commit = async (entries: PluginEntry[]): Promise<void> => {
    await writeIndex(
      paths,
      entries.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    );
    await sweep(paths, entries);
  };

  const refuseBroken = async (
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

  /** What was installed is judged again by what is really there. */
  const judgeStaged = async (staging: string, name: string, promised: Record<string, unknown> | undefined) => {
    const root = join(staging, 'node_modules', name);
    const document = await readDocument(root);
    if (promised) refuseMismatch(promised, document);
    const manifest = judgeManifest(document, { plugins: await reports() });
    await refuseBroken(root, manifest, 'installed');
    await judgeCommands(root, document, options.commands);
    return { manifest, document };
  };

  const put = async (staging: string, spec: string, candidate: Candidate): Promise<PluginChange> => {
    const { manifest, integrity, source } = candidate;
    const { name, version } = manifest;
    const filesHash = await hashFiles(staging);
    const entries = await readIndex(paths);
    const before = entries.find((entry) => entry.name === name);
    const folder = newHome(name, version);
    await moveIn(paths, staging, folder);
    const current = {
      source: 'installed' as const,
      version,
      spec,
      folder,
      origin: source,
      ...(integrity === undefined ? {} : { integrity }),
      filesHash,
      at: now().toISOString(),
    };
    // The same version again is a repair: what it was repaired from is nothing to go back to.
    const earlier = before?.current.version === version ? before.previous : before?.current;
    const previous = earlier?.source === 'installed' ? { previous: earlier } : {};
    await commit([...entries.filter((entry) => entry.name !== name), { name, current, ...previous }]);
    return {
      name,
      version,
      outcome: 'installed',
      ...(before === undefined ? {} : { replaced: before.current.version }),
    };
  };

  const staged = async <T>(work: (staging: string) => Promise<T>): Promise<T> => {
    const staging = await makeStaging(paths);
    try {
      return await work(staging);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  };

  const unchanged = async (candidate: Candidate): Promise<PluginChange | undefined> => {
    const { name, version } = candidate.manifest;
    const current = (await readIndex(paths)).find((entry) => entry.name === name)?.current;
    if (current?.source !== 'installed' || current.version !== version || current.integrity !== candidate.integrity)
      return undefined;
    const state = await verifyFiles(paths, name, current);
    return state.diagnosis === 'ok' ? { name, version, outcome: 'unchanged' } : undefined;
  };

  const fromRegistry = async (
    spec: PluginSpec & { type: 'registry' },
    input: Parameters<PluginStore['install']>[1],
  ) => {
    const npm = { env: options.env, cwd: input.cwd, ...(input.signal ? { signal: input.signal } : {}) };
    const { name, version, document, tarball, integrity } = await npmView(spec.text, npm);
    const manifest = judgeManifest(document, { plugins: await reports() });
    const candidate = { manifest, document, source: withoutUserInfo(tarball), integrity };
    const same = await unchanged(candidate);
    if (same) return same;
    await obtainConsent(await offerOf(candidate), input.consent);
    return locked(`plugins install ${spec.text}`, input.signal, () =>
      staged(async (staging) => {
        await npmInstall(`${name}@${version}`, { ...npm, cwd: staging });
        const real = await lockedPackage(staging, name);
        if (real.integrity !== integrity)
          throw codedError('PLUGIN_INTEGRITY_MISMATCH', {
            message: `The registry promised ${integrity} for ${name}@${version}; npm got ${real.integrity ?? 'nothing'}.`,
            plugin: `${name}@${version}`,
          });
        await judgeStaged(staging, name, document);
        return put(staging, spec.text, candidate);
      }),
    );
  };

  /** A tarball or a git address says what it is only once it is unpacked: in the staging folder, where nothing reads it. */
  const fromSource = (spec: string, source: string, input: Parameters<PluginStore['install']>[1]) =>
    locked(`plugins install ${spec}`, input.signal, () =>
      staged(async (staging) => {
        await npmInstall(source, { env: options.env, cwd: staging, ...(input.signal ? { signal: input.signal } : {}) });
        const name = await onlyDependency(staging);
        const { manifest, document } = await judgeStaged(staging, name, undefined);
        const { integrity } = await lockedPackage(staging, name);
        const candidate = {
          manifest,
          document,
          source: withoutUserInfo(source),
          ...(integrity === undefined ? {} : { integrity }),
        };
        const same = await unchanged(candidate);
        if (same) return same;
        await obtainConsent(await offerOf(candidate), input.consent);
        return put(staging, spec, candidate);
      }),
    );

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
    install: (text, input) => {
      const spec = parseSpec(text);
      switch (spec.type) {
        case 'registry':
          return fromRegistry(spec, input);
        case 'tarball':
          return fromSource(spec.text, resolve(input.cwd, spec.path), input);
        case 'git':
          if (options.allowGit) return fromSource(spec.text, spec.text, input);
          throw codedError('PLUGIN_SOURCE_REFUSED', { message: `${withoutUserInfo(spec.text)} is a git address.` });
      }
    },
    link: async (folder, { consent, signal }) => {
      const root = await realpath(folder).catch((cause: unknown) => {
        throw codedError('PLUGIN_SPEC_INVALID', { message: `There is no folder ${folder}.`, cause });
      });
      const document = await readDocument(root);
      const manifest = judgeManifest(document, { plugins: await reports() });
      await refuseBroken(root, manifest, 'linked');
      await judgeCommands(root, document, options.commands);
      // It is code of the user's own machine, named by its folder: shown, not asked for.
      await consent.show(await offerOf({ manifest, document, source: root }));
      return locked(`plugins link ${folder}`, signal, async () => {
        const entries = (await readIndex(paths)).filter((entry) => entry.name !== manifest.name);
        const current = { source: 'linked' as const, version: manifest.version, folder: root, at: now().toISOString() };
        await commit([...entries, { name: manifest.name, current }]);
        return { name: manifest.name, version: manifest.version, outcome: 'linked' as const };
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
