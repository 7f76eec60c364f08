import { readFile, writeFile } from 'node:fs/promises';
import { Config, Plugin, settings } from '@oclif/core';
import { GENERATED } from '../src/generated.ts';
import type { GrammarCommand } from '../src/grammar/rewrite.ts';
import type { Program } from '../src/program.ts';
import { GENERATED_DIR, PACKAGE } from './paths.ts';

settings.enableAutoTranspile = false;

/** The oclif manifest as a fresh look at the built commands makes it. */
export async function freshManifest(): Promise<string> {
  const plugin = new Plugin({ root: PACKAGE, type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
  await plugin.load();
  const { commands, version } = plugin.manifest;
  // Files are found in no order that lasts.
  const sorted = Object.fromEntries(Object.entries(commands).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ commands: sorted, version }, undefined, 2)}\n`;
}

export async function writeManifest(): Promise<void> {
  await writeFile(`${PACKAGE}/oclif.manifest.json`, await freshManifest());
}

/** oclif's view of the program under one of its names, as the built entry makes it. */
export async function programConfig(program: Program): Promise<Config> {
  const pjson = JSON.parse(await readFile(`${PACKAGE}/package.json`, 'utf8'));
  const named = { ...pjson, name: program.bin, oclif: { ...pjson.oclif, bin: program.bin }, nemoclaw: program };
  return Config.load({ root: PACKAGE, pjson: named, userPlugins: false, devPlugins: false });
}

export async function commandIndex(program: Program): Promise<GrammarCommand[]> {
  const config = await programConfig(program);
  const commands = [...config.commands].sort((a, b) => (a.id < b.id ? -1 : 1));
  return commands.map((command) => {
    const { scope } = command as unknown as GrammarCommand;
    const aliases = [...command.aliases, ...command.hiddenAliases];
    const plugin = command.pluginName === 'nemoclaw' ? undefined : command.pluginName;
    return {
      id: command.id,
      ...(plugin === undefined ? {} : { plugin }),
      ...(scope === undefined ? {} : { scope }),
      ...(aliases.length === 0 ? {} : { aliases }),
    };
  });
}

export async function writeCommandIndex(): Promise<void> {
  const { NEMOCLAW } = await import('../src/program.ts');
  await writeFile(`${GENERATED_DIR}/${GENERATED.commands}`, JSON.stringify(await commandIndex(NEMOCLAW)));
}
