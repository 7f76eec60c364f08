import { join } from 'node:path';
import { toCodedError } from '../errors/index.ts';
import type { Diagnosis, PluginPackage } from '../plugins/index.ts';
import { hashFiles } from './files-hash.ts';
import { type InstalledPlugin, packageRoot, readIndex, type StorePaths } from './index-file.ts';

/** Whether the files are what was installed. */
export const verifyFiles = async (paths: StorePaths, name: string, current: InstalledPlugin): Promise<Diagnosis> => {
  const reinstall = `Install it again: \`nemoclaw plugins install ${name}@${current.version}\`.`;
  const tampered = (reason: string): Diagnosis => ({
    diagnosis: 'tampered',
    code: 'PLUGIN_TAMPERED',
    reason,
    fix: reinstall,
  });
  try {
    const found = await hashFiles(join(paths.root, current.folder));
    return found === current.filesHash
      ? { diagnosis: 'ok' }
      : tampered('Its files were changed since it was installed.');
  } catch (error) {
    return tampered(`Its files cannot be checked: ${toCodedError(error).message}`);
  }
};

/** Installed and linked plugins as the registry takes them; reads the index and nothing else. */
export const installedPackages = async (paths: StorePaths): Promise<PluginPackage[]> =>
  (await readIndex(paths)).map(({ name, current }) => ({
    name,
    root: packageRoot(paths, name, current),
    source: current.source,
    ...(current.source === 'installed' ? { verify: () => verifyFiles(paths, name, current) } : {}),
  }));
