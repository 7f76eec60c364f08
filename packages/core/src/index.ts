export * from './api/events.ts';
export * from './api/nemoclaw.ts';
export * from './api/records.ts';
export { type Config, readConfig } from './config/config.ts';
export * from './errors/index.ts';
export { type BaseInput, baseRecipe } from './images/base.ts';
export { createNemoclaw } from './nemoclaw.ts';
export { interruptionOf } from './operations/signals.ts';
export * from './operations/types.ts';
export { createPlugin, type NewPlugin } from './plugin-scaffold/index.ts';
export {
  type CommandFailure,
  type Consent,
  commandFailed,
  findPluginCommand,
  type PluginChange,
  type PluginCommand,
  type PluginOffer,
  type PluginStore,
} from './plugin-store/index.ts';
export { type ChooseProviderInput, chooseProvider, type ProviderChoice } from './providers/discover.ts';
export { PROVIDERS, type ProviderRecord } from './providers/records.ts';
export * from './redaction/index.ts';
export { isSandboxName, objectName, parseSandboxName } from './state/names.ts';
export { createStateStore, type StateStore } from './state/store.ts';
