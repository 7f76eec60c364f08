import { join } from 'node:path';
import { isCodedError } from '@nemoclaw/plugin-api';
import { z } from 'zod';
import { codedError } from '../errors/index.ts';
import { writeFileAtomic } from '../state/atomic-file.ts';
import { readState, serialize } from '../state/read-file.ts';

const name = z
  .string()
  .regex(/^(?:@[a-z0-9._~-]+\/)?[a-z0-9._~-]+$/)
  .max(214);
const version = z.string().min(1).max(100);

const installed = z.strictObject({
  source: z.literal('installed'),
  version,
  /** As the user asked for it. */
  spec: z.string().max(500),
  /** Folder below `plugins/`, which holds `node_modules`. */
  folder: z.string().regex(/^packages\/[\w@.+~-]+\/[\w.+-]+$/),
  /** Where it was downloaded from, without user-info. */
  origin: z.string().max(2000),
  /** As npm has it for the package: `sha512-…`; absent for git. */
  integrity: z.string().max(300).optional(),
  /** Over every file that was installed, dependencies too. */
  filesHash: z.string().regex(/^sha256-[0-9a-f]{64}$/),
  at: z.iso.datetime(),
});
const linked = z.strictObject({
  source: z.literal('linked'),
  version,
  /** Absolute folder of the package that is being written. */
  folder: z.string().min(1).max(4096),
  at: z.iso.datetime(),
});

const entry = z.strictObject({
  name,
  current: z.discriminatedUnion('source', [installed, linked]),
  /** What `plugins rollback` goes back to. */
  previous: installed.optional(),
});
const schema = z.strictObject({ version: z.literal(1), plugins: z.array(entry) });

export type InstalledPlugin = z.infer<typeof installed>;
export type LinkedPlugin = z.infer<typeof linked>;
export type PluginEntry = z.infer<typeof entry>;

/** Everything about other people's plugins on the host's disk. */
export interface StorePaths {
  root: string;
  index: string;
  packages: string;
  staging: string;
  trash: string;
  faults: string;
}

export const storePaths = (home: string): StorePaths => {
  const root = join(home, 'plugins');
  return {
    root,
    index: join(root, 'index.json'),
    packages: join(root, 'packages'),
    staging: join(root, 'staging'),
    trash: join(root, 'trash'),
    faults: join(root, 'faults.jsonl'),
  };
};

/** Folder of the plugin's own package, with its package.json. */
export const packageRoot = (paths: StorePaths, plugin: string, installation: InstalledPlugin | LinkedPlugin): string =>
  installation.source === 'linked'
    ? installation.folder
    : join(paths.root, installation.folder, 'node_modules', plugin);

/** Empty when there is none; STATE_UNREADABLE or STATE_VERSION when there is one that can't be used. */
export const readIndex = async (paths: StorePaths): Promise<PluginEntry[]> => {
  try {
    return (await readState(paths.index, schema))?.plugins ?? [];
  } catch (error) {
    if (!isCodedError(error) || error.code !== 'STATE_UNREADABLE') throw error;
    throw codedError('STATE_UNREADABLE', {
      message: error.message,
      hint: 'Nothing was changed. NEMOCLAW_SAFE_MODE=1 works without plugins; move the file away and install them again.',
      details: { path: paths.index },
      cause: error,
    });
  }
};

export const writeIndex = (paths: StorePaths, plugins: PluginEntry[]): Promise<void> =>
  writeFileAtomic(paths.index, serialize(paths.index, schema, { version: 1, plugins }));
