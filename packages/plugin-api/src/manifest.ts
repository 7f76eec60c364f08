import type { HookName } from './hooks.ts';

export type ContributionKind = 'driver' | 'agent' | 'gpu' | 'probe';

/** The `nemoclaw` key of a plugin's package.json. Read without importing any code. */
export interface PluginManifest {
  /** Contract version, `major.minor`. */
  api: string;
  contributes?: Partial<Record<ContributionKind, { id: string; module: string }[]>>;
  /** Order number and bound of the hooks that stand under `oclif.hooks`. */
  hooks?: Partial<Record<HookName, { order?: number; timeoutMs?: number }>>;
}
