export { createPluginGuards, type PluginGuards } from './guards.ts';
export { applyPatch, type PatchedPlan } from './patch.ts';
export {
  type AttributedFinding,
  type HookOptions,
  type PreCreateOptions,
  runOnFailure,
  runPostReady,
  runPreCreate,
} from './runner.ts';
export { createWatchdog, type WatchdogOptions } from './watchdog.ts';
