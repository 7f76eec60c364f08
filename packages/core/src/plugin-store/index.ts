export { type CommandFailure, commandFailed } from './command-failure.ts';
export type { Consent, PluginOffer } from './consent.ts';
export { findPluginCommand, type PluginCommand, shipping } from './find-command.ts';
export { type StorePaths, storePaths } from './index-file.ts';
export { installedPackages } from './installed.ts';
export { type ChangeOptions, createPluginStore, type PluginChange, type PluginStore } from './store.ts';
