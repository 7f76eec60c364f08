export { attribute, formatElapsed, likelyCause, type PluginCall } from './attribution.ts';
export { type CallGuard, type CallWatch, callPlugin, type PluginCallOptions } from './call.ts';
export { diagnosePlugins } from './diagnose.ts';
export { createFaultLog, type FaultLog } from './faults.ts';
export { pluginFiles } from './files.ts';
export { type Guarded, guarded } from './guarded.ts';
export { CONTRIBUTION_KINDS, HOOK_BOUNDS, HOOK_NAMES, type PackageManifest, readManifest } from './manifest.ts';
export { createProcessGuard } from './process-guard.ts';
export { createRegistry, type Registry, type RegistryOptions } from './registry.ts';
export { createStrayErrorGuard } from './stray-errors.ts';
export type {
  ContributionEntry,
  ContributionTypes,
  Diagnosis,
  HookRegistration,
  Loaded,
  PluginFiles,
  PluginPackage,
  PluginSource,
} from './types.ts';
