import { basename } from 'node:path';
import type { ContributionKind, HookHandler, HookName } from '@nemoclaw/plugin-api';
import { codedError } from '../errors/index.ts';
import { oneLine } from '../redaction/index.ts';
import { type CallGuard, callPlugin } from './call.ts';
import { wrongExport } from './contribution-shape.ts';
import type { ContributionEntry, ContributionTypes, PluginFiles } from './types.ts';

/** How long a module may take to load; a `await` at its top level can hang like any other. */
export const IMPORT_TIMEOUT_MS = 10_000;

export interface Importing {
  files: Pick<PluginFiles, 'importModule'>;
  guards: readonly CallGuard[];
}

const importDefault = async (from: Importing, plugin: string, module: string): Promise<unknown> => {
  const namespace = await callPlugin(
    {
      plugin,
      what: `the import of ${basename(module)}`,
      timeoutMs: IMPORT_TIMEOUT_MS,
      guards: from.guards,
      failedCode: 'PLUGIN_IMPORT_FAILED',
      timeoutCode: 'PLUGIN_IMPORT_FAILED',
    },
    () => from.files.importModule(module),
  );
  return namespace.default;
};

const refuseExport = (plugin: string, module: string, problem: string) =>
  codedError('PLUGIN_WRONG_EXPORT', { message: `Plugin ${plugin}, ${module}: ${oneLine(problem)}.`, plugin });

export const loadContribution = async <K extends ContributionKind>(
  from: Importing,
  entry: ContributionEntry & { kind: K },
): Promise<ContributionTypes[K]> => {
  const exported = await importDefault(from, entry.plugin, entry.module);
  const problem = wrongExport(exported, entry.kind, entry.id);
  if (problem !== undefined) throw refuseExport(entry.plugin, entry.module, problem);
  return exported as ContributionTypes[K];
};

export const loadHook = async <H extends HookName>(
  from: Importing,
  plugin: string,
  hook: H,
  module: string,
): Promise<HookHandler<H>> => {
  const exported = await importDefault(from, plugin, module);
  if (typeof exported !== 'function')
    throw refuseExport(plugin, module, `the default export of a ${hook} hook must be a function`);
  return exported as HookHandler<H>;
};
