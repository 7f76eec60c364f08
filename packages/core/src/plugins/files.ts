import { readFile, realpath } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { PluginFiles } from './types.ts';

/** The real ones. */
export const pluginFiles: PluginFiles = {
  readFile: (path) => readFile(path, 'utf8'),
  realpath: (path) => realpath(path),
  // A URL, since a path may hold `#`, `?` or `%`, and on Windows a drive.
  importModule: async (path) => (await import(pathToFileURL(path).href)) as Record<string, unknown>,
};
