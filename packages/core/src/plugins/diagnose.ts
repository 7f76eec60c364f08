import type { PluginReport } from '../api/nemoclaw.ts';
import type { FaultLog } from './faults.ts';
import type { Registry } from './registry.ts';
import { tryModule } from './trial.ts';

/**
 * What is wrong with plugins that are not built in: each module is tried in a process of its own, and what failed in
 * earlier commands is added. A plugin that is off, incompatible or was changed is not run at all.
 */
export const diagnosePlugins = (
  reports: readonly PluginReport[],
  registry: Pick<Registry, 'modules'>,
  log: FaultLog,
  env: Readonly<Record<string, string | undefined>>,
): Promise<PluginReport[]> =>
  Promise.all(
    reports.map(async (report) => {
      if (report.source === 'built-in') return report;
      const plugin = `${report.name}@${report.version}`;
      const trials = report.diagnosis === 'ok' ? registry.modules(report.name) : [];
      const tried = await Promise.all(trials.map((trial) => tryModule(plugin, trial, env)));
      const found = tried.filter((fault) => fault !== undefined);
      return { ...report, faults: [...found, ...log.of(plugin)] };
    }),
  );
