import { codedError } from '../errors/index.ts';
import { type PluginPackage, readManifest } from '../plugins/index.ts';
import { safeMode } from '../plugins/registry.ts';
import { shippedCommands } from './commands.ts';
import { storePaths } from './index-file.ts';
import { installedPackages } from './installed.ts';
import { readDocument } from './staging.ts';

/** A command that a plugin ships, which may be run: its files are what was installed, its API is ours. */
export interface PluginCommand {
  /** `acme:report`. */
  id: string;
  /** Words of the user's that name it; the rest is its own. */
  words: number;
  /** Only the beginning of some commands was said. */
  topic: boolean;
  /** `name@version`. */
  plugin: string;
  /** Folder of the package. */
  root: string;
  /** Its package.json. */
  document: Record<string, unknown>;
}

interface Shipping {
  entry: PluginPackage;
  document: Record<string, unknown>;
  ids: string[];
}

/** Commands of each plugin that is not built in; one that cannot be read ships none. */
export const shipping = async (home: string): Promise<Shipping[]> =>
  Promise.all(
    (await installedPackages(storePaths(home))).map(async (entry) => {
      const document = await readDocument(entry.root).catch(() => ({}));
      return { entry, document, ids: await shippedCommands(entry.root, document) };
    }),
  );

/** The longest beginning of the words that is a command, else the longest that is a topic of some. */
const matchOf = (words: readonly string[], ids: readonly string[]): Pick<PluginCommand, 'id' | 'topic' | 'words'>[] => {
  const beginnings = words.map((_, index) => words.slice(0, words.length - index));
  const naming = (holds: (id: string, known: string) => boolean): string[] | undefined =>
    beginnings.find((some) => ids.some((known) => holds(some.join(':'), known)));
  const command = naming((id, known) => known === id);
  const found = command ?? naming((id, known) => known.startsWith(`${id}:`));
  return found === undefined ? [] : [{ id: found.join(':'), topic: command === undefined, words: found.length }];
};

/**
 * The command of a plugin that these words name, if there is one. PLUGIN_DISABLED in safe mode, PLUGIN_TAMPERED,
 * PLUGIN_CONFLICT, or what is wrong with its manifest: a command that is there but may not run is not an unknown one.
 */
export const findPluginCommand = async (
  words: readonly string[],
  { home, env }: { home: string; env: Readonly<Record<string, string | undefined>> },
): Promise<PluginCommand | undefined> => {
  // Safe mode works whatever is wrong with the index.
  const all = await shipping(home).catch((error: unknown) => {
    if (safeMode(env)) return [];
    throw error;
  });
  const found = all.flatMap(({ entry, document, ids }) => {
    const plugin = `${entry.name}@${String(document.version)}`;
    return matchOf(words, ids).map((match) => ({ match, entry, document, plugin }));
  });
  const rank = ({ match }: (typeof found)[number]): number => match.words + (match.topic ? 0 : words.length);
  const best = Math.max(0, ...found.map(rank));
  const [first, second] = found.filter((one) => rank(one) === best);
  if (first === undefined) return undefined;
  const { match, entry, document, plugin } = first;
  const { id } = match;
  const spoken = `\`${id.replaceAll(':', ' ')}\``;
  if (safeMode(env))
    throw codedError('PLUGIN_DISABLED', {
      message: `The command ${spoken} is of plugin ${plugin}, and NEMOCLAW_SAFE_MODE is set.`,
      plugin,
    });
  // Several may have commands below one topic; oclif's help can show one plugin's.
  if (second !== undefined && !match.topic)
    throw codedError('PLUGIN_CONFLICT', { message: `${spoken} is of both ${plugin} and ${second.plugin}.`, plugin });
  const judged = readManifest(JSON.stringify(document), { allowOtherHooks: false });
  if (!judged.ok)
    throw codedError(judged.problem.code, {
      message: `The command ${spoken} of plugin ${plugin} cannot be used: ${judged.problem.reason}`,
      hint: judged.problem.fix,
      plugin,
    });
  const state = await entry.verify?.();
  if (state !== undefined && state.diagnosis !== 'ok')
    throw codedError(state.code, {
      message: `The command ${spoken} of plugin ${plugin} is not run: ${state.reason}`,
      hint: state.fix,
      plugin,
    });
  return { ...match, plugin, root: entry.root, document };
};
