import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
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

/**
 * Ids of the commands that a package ships, from its oclif.manifest.json: to learn them otherwise its code would have to
 * run. PLUGIN_COMMAND_REFUSED when there is none, or when an id, an alias or a topic is taken; `taken` as `gpu:list`.
 */
export const judgeCommands = async (
  root: string,
  document: Record<string, unknown>,
  taken: readonly string[],
): Promise<string[]> => {
  const declared = (document.oclif as { commands?: unknown } | undefined)?.commands;
  const listed = await read(join(root, 'oclif.manifest.json'));
  if (declared === undefined && listed === undefined) return [];
  const plugin = `${String(document.name)}@${String(document.version)}`;
  const result = manifest.safeParse(listed);
  if (!result.success)
    throw codedError('PLUGIN_COMMAND_REFUSED', {
      message: `${plugin} has commands, but no oclif.manifest.json that lists them.`,
      hint: 'Its author must run `oclif manifest` before publishing.',
      plugin,
    });
  const ids = Object.entries(result.data.commands).flatMap(([id, { aliases }]) => [id, ...(aliases ?? [])]);
  // A topic of ours is ours: `gpu:mine` would stand among the commands of this program.
  const topics = new Set(taken.map((id) => id.split(':')[0]));
  const clash = ids.find((id) => topics.has(id.split(':')[0]));
  if (clash !== undefined)
    throw codedError('PLUGIN_COMMAND_REFUSED', {
      message: `${plugin} has the command \`${clash.replaceAll(':', ' ')}\`, which begins like one that is there.`,
      plugin,
    });
  return ids;
};
