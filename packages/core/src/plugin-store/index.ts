export type { Consent, PluginOffer } from './consent.ts';
export { type StorePaths, storePaths } from './index-file.ts';
export { installedPackages } from './installed.ts';
export { type ChangeOptions, createPluginStore, type PluginChange, type PluginStore } from './store.ts';
