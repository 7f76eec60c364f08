import type { CodedError, Driver } from '@nemoclaw/plugin-api';
import type { CallOptions, Nemoclaw, NemoclawOptions, PluginReport } from './api/nemoclaw.ts';
import { readConfig } from './config/config.ts';
import { codedError } from './errors/index.ts';
import { createPluginGuards } from './hooks/index.ts';
import { agents } from './lifecycle/agents.ts';
import { systemClock } from './lifecycle/clock.ts';
import { loadGpuStrategies, loadProbes } from './lifecycle/contributions.ts';
import { debugBundle } from './lifecycle/debug/index.ts';
import { destroy } from './lifecycle/destroy.ts';
import { doctor } from './lifecycle/doctor.ts';
import { gpuExplain } from './lifecycle/gpu/explain.ts';
import { gpuProve } from './lifecycle/gpu/prove.ts';
import { gpuSet } from './lifecycle/gpu/set.ts';
import { learningDriver } from './lifecycle/learning-driver.ts';
import { list } from './lifecycle/list.ts';
import { onboard } from './lifecycle/onboard/index.ts';
import { gpuRouting } from './lifecycle/onboard/preflight.ts';
import { recover } from './lifecycle/recover/index.ts';
import { gatewayRestart } from './lifecycle/restart.ts';
import type { Services } from './lifecycle/services.ts';
import { redactError, shown } from './lifecycle/shown.ts';
import { events, gatewayStatus, status } from './lifecycle/status/index.ts';
import { chat, exec, logs } from './lifecycle/talk.ts';
import { upgrade } from './lifecycle/upgrade/index.ts';
import {
  type Consent,
  createPluginStore,
  installedPackages,
  type PluginOffer,
  shipping,
  storePaths,
} from './plugin-store/index.ts';
import {
  type CallGuard,
  createFaultLog,
  diagnosePlugins,
  type FaultLog,
  guarded,
  type PluginPackage,
} from './plugins/index.ts';
import { createRegistry, type Registry, safeMode } from './plugins/registry.ts';
import { createRedactor, type Redactor } from './redaction/index.ts';
import { createStateStore, type StateStore } from './state/store.ts';

/** Computed when first asked for, once. */
const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
};

const builtIn = (options: NemoclawOptions): PluginPackage[] =>
  options.builtinPlugins.map((plugin) => ({ ...plugin, source: 'built-in' as const }));

/** What plugins and containers said stands in a record too, and a record is shown without the core (the CLI's fast path). */
const keepingClean = (store: StateStore, redactor: Redactor): StateStore => ({
  ...store,
  writeRecord: (record) => store.writeRecord(redactor.redactJson(record)),
});

/** What a package says of itself is shown before anybody trusts it. */
const cleanly = <C extends Pick<Consent, 'show' | 'ask'>>(consent: C, redactor: Redactor): C => {
  const { ask } = consent;
  return {
    ...consent,
    show: (offer: PluginOffer) => consent.show(redactor.redactJson(offer)),
    ...(ask ? { ask: (offer: PluginOffer) => ask(redactor.redactJson(offer)) } : {}),
  };
};

/** A plugin may be written without types. */
const textsIn = (list: unknown): string[] =>
  Array.isArray(list) ? list.filter((item): item is string => typeof item === 'string') : [];

const services = async (
  options: NemoclawOptions,
  { guards, faults, redactor }: { guards: readonly CallGuard[]; faults: FaultLog; redactor: Redactor },
): Promise<Services> => {
  const config = await readConfig(options.env, options.home);
  const paths = storePaths(options.home);
  // Safe mode works whatever is wrong with the index.
  const others = async (): Promise<PluginPackage[]> =>
    installedPackages(paths).catch((error: unknown) => {
      if (safeMode(options.env)) return [];
      throw error;
    });
  const registry = once(
    async (): Promise<Registry> =>
      createRegistry({
        packages: [...builtIn(options), ...(await others())],
        env: options.env,
        guards,
      }),
  );
  const driverId = async (): Promise<string> => {
    const id = config.driver ?? (await registry()).all('driver')[0]?.id;
    if (id === undefined) throw codedError('NOT_SUPPORTED', { message: 'No sandbox driver is installed.' });
    return id;
  };
  return {
    options,
    config,
    store: keepingClean(createStateStore(options.home), redactor),
    redactor,
    clock: systemClock,
    guards,
    faults,
    registry,
    driverId,
    driver: once(async (): Promise<Driver> => {
      const found = await registry();
      const driver = await guarded('driver', await found.load('driver', await driverId()), guards).create({
        env: options.env,
      });
      return learningDriver(driver, redactor);
    }),
    async agent(id) {
      const found = await registry();
      const loaded = await found.load('agent', id);
      const { secrets } = loaded.contribution;
      redactor.declare({ secretKeys: textsIn(secrets?.keys), placeholders: textsIn(secrets?.placeholders) });
      return { agent: guarded('agent', loaded, guards), plugin: loaded.plugin };
    },
    gpuStrategies: once(async () => loadGpuStrategies(await registry(), guards)),
    probes: once(async () => loadProbes(await registry(), guards)),
  };
};

/** The whole program below the command line. Reads settings; imports a plugin only when something asks for it. */
export const createNemoclaw = async (given: NemoclawOptions): Promise<Nemoclaw> => {
  const redactor = createRedactor();
  redactor.learnEnv(given.env);
  const { onPluginLine } = given;
  const options: NemoclawOptions = {
    ...given,
    ...(onPluginLine ? { onPluginLine: (plugin, text) => onPluginLine(plugin, redactor.redactText(text)) } : {}),
  };
  const paths = storePaths(options.home);
  const faults = createFaultLog(paths.faults, redactor.redactText, systemClock.now);
  const watching = createPluginGuards({
    program: options.program,
    faults: paths.faults,
    onLate: (plugin, message) => options.onPluginLine?.(plugin, message),
    onFault: faults.note,
  });
  const all = await services(options, { guards: watching.guards, faults, redactor });
  const call = <O extends CallOptions, T>(
    options: O | undefined,
    work: (options: O) => Promise<T>,
    result: 'json' | 'stream' = 'json',
  ): Promise<T> => {
    const noting = async (own: O): Promise<T> => {
      try {
        return await work(own);
      } catch (error) {
        faults.note(error);
        throw error;
      }
    };
    return shown(redactor, options ?? ({} as O), noting, result);
  };
  /** Safe mode works whatever is wrong with the index. */
  const withCommands = async (reports: PluginReport[]): Promise<PluginReport[]> => {
    const shipped = await shipping(options.home).catch(() => []);
    return reports.map((report) => {
      const found = shipped.find(({ entry }) => entry.name === report.name);
      return found === undefined ? report : { ...report, commands: found.ids.map((id) => id.replaceAll(':', ' ')) };
    });
  };
  const store = createPluginStore({
    home: options.home,
    env: options.env,
    builtIn: builtIn(options),
    allow: all.config.pluginAllow ?? [],
    allowGit: all.config.pluginGit,
    commands: options.commands ?? [],
  });
  return {
    onboard: (input, options) => call(options, (own) => onboard(all, input, own)),
    async list() {
      const { records, unreadable, conditions } = await list(all);
      const errors = unreadable.map(({ name, error }) => ({
        name,
        error: redactError(redactor, error) as CodedError,
      }));
      return { records: redactor.redactJson(records), unreadable: errors, conditions };
    },
    status: (name, options) => call(options, (own) => status(all, name, own)),
    events: (name) => call(undefined, () => events(all, name)),
    gatewayStatus: (name, options) => call(options, (own) => gatewayStatus(all, name, own)),
    gatewayRestart: (name, options) => call(options, (own) => gatewayRestart(all, name, own)),
    recover: (name, options) => call(options, (own) => recover(all, name, own)),
    upgrade: (name, options) => call(options, (own) => upgrade(all, name, own)),
    destroy: (name, options) => call(options, (own) => destroy(all, name, own)),
    logs: (name, options) => logs(all, name, options),
    exec: (name, input, options) => call(options, (own) => exec(all, name, input, own), 'stream'),
    chat: (name, input, options) => call(options, (own) => chat(all, name, input, own), 'stream'),
    doctor: (name, options) => call(options, (own) => doctor(all, name, own)),
    debug: (name, options) => call(options, (own) => debugBundle(all, name, own)),
    gpuList: (options) =>
      call(options, async () => {
        const { bids, chosen, reason } = await gpuRouting(all, 'auto');
        return { bids, chosen, reason };
      }),
    gpuSet: (name, request, options) => call(options, (own) => gpuSet(all, name, request, own)),
    gpuProve: (name, options) => call(options, (own) => gpuProve(all, name, own)),
    gpuExplain: (name, options) => call(options, (own) => gpuExplain(all, name, own)),
    agents: () => call(undefined, () => agents(all)),
    plugins: () => call(undefined, async () => withCommands((await all.registry()).report())),
    pluginsDoctor: () =>
      call(undefined, async () => {
        const found = await all.registry();
        return withCommands(await diagnosePlugins(await found.verifiedReport(), found, faults, options.env));
      }),
    pluginStore: {
      install: (spec, input) =>
        call(input, (own) => store.install(spec, { ...own, consent: cleanly(own.consent, redactor) })),
      link: (folder, input) =>
        call(input, (own) => store.link(folder, { ...own, consent: cleanly(own.consent, redactor) })),
      uninstall: (name, input) => call(input, (own) => store.uninstall(name, own)),
      rollback: (name, input) => call(input, (own) => store.rollback(name, own)),
    },
    close: () => watching.dispose(),
  };
};
