import type { ContributionKind, HookName } from '@nemoclaw/plugin-api';
import type { PluginReport } from '../api/nemoclaw.ts';
import { codedError, type ErrorCode } from '../errors/index.ts';
import type { CallGuard } from './call.ts';
import { markConflicts } from './conflicts.ts';
import { pluginFiles } from './files.ts';
import { type Importing, loadContribution, loadHook } from './load.ts';
import { readPackage } from './packages.ts';
import {
  type ContributionEntry,
  type DiagnosedPackage,
  type Diagnosis,
  type HookRegistration,
  type Loaded,
  OK,
  type PluginFiles,
  type PluginPackage,
  type PluginSource,
} from './types.ts';

export interface RegistryOptions extends Partial<PluginFiles> {
  packages: PluginPackage[];
  /** NEMOCLAW_SAFE_MODE: only what is built in is used. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Watch imports as they watch calls. */
  guards?: readonly CallGuard[];
}

/** What plugins offer, known from their package.json alone; code is imported by `load` only, and only what was asked for. */
export interface Registry {
  report(): PluginReport[];
  /** The same, with the files of each installed package compared with what was installed. */
  verifiedReport(): Promise<PluginReport[]>;
  /** Modules of a plugin that is not built in, so that they can be tried. */
  modules(name: string): (ContributionEntry | { hook: HookName; module: string })[];
  /** The one that can be used, else one that cannot and says why, else `undefined`. */
  find(kind: ContributionKind, id: string): ContributionEntry | undefined;
  /** Those that can be used, by id. */
  all(kind: ContributionKind): ContributionEntry[];
  /** Rejects with AGENT_UNKNOWN, GPU_UNKNOWN, PLUGIN_NOT_FOUND, the code of its diagnosis, PLUGIN_IMPORT_FAILED or PLUGIN_WRONG_EXPORT. */
  load<K extends ContributionKind>(kind: K, id: string): Promise<Loaded<K>>;
  /** In the order in which they are called: order number, then built-in, installed, linked, then name. */
  hooks<H extends HookName>(hook: H): HookRegistration<H>[];
}

const SOURCE_RANK: Record<PluginSource, number> = { 'built-in': 0, installed: 1, linked: 2 };
const UNKNOWN: Record<ContributionKind, ErrorCode> = {
  agent: 'AGENT_UNKNOWN',
  gpu: 'GPU_UNKNOWN',
  driver: 'PLUGIN_NOT_FOUND',
  probe: 'PLUGIN_NOT_FOUND',
};
const NOUN: Record<ContributionKind, string> = {
  agent: 'agent',
  gpu: 'GPU strategy',
  driver: 'driver',
  probe: 'probe',
};

/** By code point: the order must not depend on the user's language. */
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const withReason = (state: Diagnosis): { diagnosis: Diagnosis['diagnosis']; reason?: string; fix?: string } =>
  state.diagnosis === 'ok' ? { diagnosis: 'ok' } : { diagnosis: state.diagnosis, reason: state.reason, fix: state.fix };

const reportOf = (item: DiagnosedPackage): PluginReport => ({
  name: item.name,
  version: item.version,
  source: item.source,
  api: item.api,
  ...withReason(item.state),
  contributions: item.contributions.map((entry) => ({ kind: entry.kind, id: entry.id, ...withReason(entry.state) })),
  hooks: item.hooks.map(({ hook, order, timeoutMs }) => ({ name: hook, order, timeoutMs })),
});

const isOn = (value: string | undefined): boolean =>
  value !== undefined && !['', '0', 'false', 'no', 'off'].includes(value.toLowerCase());

/** NEMOCLAW_SAFE_MODE: only what is built in is used. */
export const safeMode = (env: Readonly<Record<string, string | undefined>>): boolean => isOn(env.NEMOCLAW_SAFE_MODE);

/** Reads every package's manifest. A broken package is a diagnosis, never a rejection. */
export const createRegistry = async (options: RegistryOptions): Promise<Registry> => {
  const files: PluginFiles = {
    readFile: options.readFile ?? pluginFiles.readFile,
    realpath: options.realpath ?? pluginFiles.realpath,
    importModule: options.importModule ?? pluginFiles.importModule,
  };
  const safe = safeMode(options.env ?? {});
  const read = await Promise.all(options.packages.map((entry) => readPackage(files, entry, safe)));
  const packages = markConflicts(read);
  const entries = packages.flatMap((item) => item.contributions);
  const importing: Importing = { files, guards: options.guards ?? [] };
  const loaded = new Map<string, Promise<unknown>>();
  const verified = new Map<string, Promise<Diagnosis>>();

  /** Once for each package and command: files that change between two imports are nobody's attack on this user. */
  const verify = (name: string): Promise<Diagnosis> => {
    const entry = options.packages.find((item) => item.name === name && item.source !== 'built-in');
    if (entry?.verify === undefined) return Promise.resolve(OK);
    const running = verified.get(name) ?? entry.verify();
    verified.set(name, running);
    return running;
  };
  const refuseTampered = async (plugin: string): Promise<void> => {
    const state = await verify(plugin.slice(0, plugin.lastIndexOf('@')));
    if (state.diagnosis === 'ok') return;
    throw codedError(state.code, { message: `Plugin ${plugin} is not used: ${state.reason}`, hint: state.fix, plugin });
  };

  const find = (kind: ContributionKind, id: string): ContributionEntry | undefined => {
    const named = entries.filter((entry) => entry.kind === kind && entry.id === id);
    return named.find((entry) => entry.state.diagnosis === 'ok') ?? named[0];
  };
  /** What is asked for may be in a package that could not even be read. */
  const unusable = (): string =>
    packages
      .filter(({ state }) => state.diagnosis !== 'ok' && state.diagnosis !== 'disabled')
      .map(
        ({ name, version, state }) =>
          ` Plugin ${name}@${version} cannot be used: ${'reason' in state ? state.reason : ''}`,
      )
      .join('');
  const all = (kind: ContributionKind): ContributionEntry[] =>
    entries
      .filter((entry) => entry.kind === kind && entry.state.diagnosis === 'ok')
      .sort((a, b) => SOURCE_RANK[a.source] - SOURCE_RANK[b.source] || compareText(a.id, b.id));

  return {
    report: () => packages.map(reportOf),
    verifiedReport: () =>
      Promise.all(
        packages.map(async (item) => {
          const state = item.source === 'built-in' ? OK : await verify(item.name);
          return { ...reportOf(item), ...(state.diagnosis === 'ok' ? {} : withReason(state)) };
        }),
      ),
    modules: (name) => {
      const item = packages.find((one) => one.name === name && one.source !== 'built-in');
      return item === undefined
        ? []
        : [
            ...item.contributions.filter((entry) => entry.state.diagnosis === 'ok'),
            ...item.hooks.map(({ hook, module }) => ({ hook, module })),
          ];
    },
    find,
    all,
    load: async (kind, id) => {
      const entry = find(kind, id);
      if (!entry) {
        const known = all(kind).map((other) => other.id);
        throw codedError(UNKNOWN[kind], {
          message: `There is no ${NOUN[kind]} "${id}". Known: ${known.join(', ') || 'none'}.${unusable()}`,
          details: { kind, id, known },
        });
      }
      if (entry.state.diagnosis !== 'ok') {
        throw codedError(entry.state.code, {
          message: `The ${NOUN[kind]} "${id}" of plugin ${entry.plugin} cannot be used (${entry.state.diagnosis}): ${entry.state.reason}`,
          hint: entry.state.fix,
          plugin: entry.plugin,
        });
      }
      const key = `${kind}/${id}`;
      if (entry.source !== 'built-in') await refuseTampered(entry.plugin);
      const contribution = loaded.get(key) ?? loadContribution(importing, { ...entry, kind });
      loaded.set(key, contribution);
      return { plugin: entry.plugin, contribution: (await contribution) as Loaded<typeof kind>['contribution'] };
    },
    hooks: (hook) =>
      packages
        .filter((item) => item.state.diagnosis === 'ok')
        .flatMap((item) => item.hooks.filter((entry) => entry.hook === hook).map((entry) => ({ item, entry })))
        .sort(
          (a, b) =>
            a.entry.order - b.entry.order ||
            SOURCE_RANK[a.item.source] - SOURCE_RANK[b.item.source] ||
            compareText(a.item.name, b.item.name),
        )
        .map(({ item, entry }) => {
          const plugin = `${item.name}@${item.version}`;
          return {
            hook,
            plugin,
            source: item.source,
            module: entry.module,
            order: entry.order,
            timeoutMs: entry.timeoutMs,
            load: async () => {
              if (item.source !== 'built-in') await refuseTampered(plugin);
              return loadHook(importing, plugin, hook, entry.module);
            },
          };
        }),
  };
};
