import { readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { z } from 'zod';
import { codedError } from '../errors/index.ts';

const manifest = z.looseObject({
  commands: z.record(z.string(), z.looseObject({ aliases: z.array(z.string()).optional() })),
});

const read = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
};

const declared = (document: Record<string, unknown>): unknown =>
  (document.oclif as { commands?: unknown } | undefined)?.commands;

const refuse = (document: Record<string, unknown>, problem: string, hint?: string) => {
  const plugin = `${String(document.name)}@${String(document.version)}`;
  return codedError('PLUGIN_COMMAND_REFUSED', {
    message: `${plugin} ${problem}`,
    ...(hint === undefined ? {} : { hint }),
    plugin,
  });
};

/**
 * Ids and aliases of the commands that a package ships, from its oclif.manifest.json: to learn them otherwise its code
 * would have to run. None where the manifest cannot be read.
 */
export const shippedCommands = async (root: string, document: Record<string, unknown>): Promise<string[]> => {
  if (declared(document) === undefined) return [];
  const listed = manifest.safeParse(await read(join(root, 'oclif.manifest.json')));
  if (!listed.success) return [];
  return Object.entries(listed.data.commands).flatMap(([id, { aliases }]) => [id, ...(aliases ?? [])]);
};

/** Commands lie in one folder of the package, a file each: what is hashed is what runs. */
const refusePlace = async (root: string, document: Record<string, unknown>): Promise<void> => {
  const folder = declared(document);
  const hint =
    'Its author must keep one file for each command in a folder of the package: "commands": "./src/commands".';
  if (typeof folder !== 'string' || !/^\.\/(?!(?:.*\/)?\.\.(?:\/|$))[^\0\\]+$/.test(folder))
    throw refuse(document, 'keeps its commands where they are not looked for.', hint);
  const real = await realpath(join(root, folder)).catch(() => undefined);
  if (real === undefined) throw refuse(document, `has no folder ${folder}, where its commands should be.`, hint);
  if (!real.startsWith((await realpath(root)) + sep))
    throw refuse(document, 'keeps its commands outside of its package.', hint);
};

/** Commands as a user says them; nothing for a plugin that has none. */
export const bringing = (ids: readonly string[] = []): { commands?: string[] } =>
  ids.length === 0 ? {} : { commands: ids.map((id) => id.replaceAll(':', ' ')) };

/** What is taken already, as `gpu:list`: by this program, whose topics are its own too, and by other plugins. */
export interface TakenCommands {
  own: readonly string[];
  others: readonly { plugin: string; ids: readonly string[] }[];
}

/**
 * Ids of the commands that a package ships. PLUGIN_COMMAND_REFUSED when they are not listed or lie elsewhere, or when an
 * id, an alias or a topic is taken.
 */
export const judgeCommands = async (
  root: string,
  document: Record<string, unknown>,
  { own, others }: TakenCommands,
): Promise<string[]> => {
  if (declared(document) === undefined && (await read(join(root, 'oclif.manifest.json'))) === undefined) return [];
  const ids = await shippedCommands(root, document);
  if (ids.length === 0)
    throw refuse(
      document,
      'has commands, but no oclif.manifest.json that lists them.',
      'Its author must run `oclif manifest` before publishing.',
    );
  await refusePlace(root, document);
  // A topic of ours is ours: `gpu:mine` would stand among the commands of this program.
  const topics = new Set(own.map((id) => id.split(':')[0]));
  const clash = ids.find((id) => topics.has(id.split(':')[0]));
  if (clash !== undefined)
    throw refuse(document, `has the command \`${clash.replaceAll(':', ' ')}\`, which begins like one that is there.`);
  for (const { plugin, ids: theirs } of others) {
    const twice = ids.find((id) => theirs.includes(id));
    if (twice !== undefined)
      throw refuse(
        document,
        `has the command \`${twice.replaceAll(':', ' ')}\`, and so has ${plugin}.`,
        `Uninstall the other one first: \`nemoclaw plugins uninstall ${plugin.slice(0, plugin.lastIndexOf('@'))}\`.`,
      );
  }
  return ids;
};
