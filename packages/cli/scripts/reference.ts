import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Config } from '@oclif/core';
import { NEMOCLAW } from '../src/program.ts';
import { programConfig } from './manifest.ts';
import { REPOSITORY } from './paths.ts';

export const REFERENCE = `${REPOSITORY}/docs/reference/commands.md`;

type Loadable = Config['commands'][number] & { scope?: 'sandbox' };
type Flag = Loadable['flags'][string];

/** The page of all commands, made from what oclif knows of them. */
export async function referencePage(): Promise<string> {
  const config = await programConfig(NEMOCLAW);
  const render = (text: string): string =>
    text
      .replaceAll('<%= config.bin %>', config.bin)
      .replaceAll(/<%= config\.pjson\.nemoclaw\.defaults\.agent %>/g, NEMOCLAW.defaults.agent);
  const commands = (config.commands as Loadable[])
    .filter(({ hidden }) => !hidden)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return `${[INTRODUCTION, ...commands.map((command) => section(command, render))].join('\n\n')}\n`;
}

const INTRODUCTION = `# Commands

Made from the commands themselves by the build; \`nemohermes\` has the same ones with another default agent.

Commands of a sandbox may be written name-first, \`nemoclaw demo status\`, or verb-first, \`nemoclaw status demo\`. Every command but \`connect\` takes \`--json\` and then prints one object: \`{schemaVersion, status: "ok" | "error", result | error{code, message, hint, plugin}, warnings}\`. Results go to stdout, progress to stderr. Exit codes: 0 done, 1 failed, 2 usage, 75 busy, 130 and 143 interrupted; \`exec\` and \`connect\` pass the remote code on.`;

function section(command: Loadable, render: (text: string) => string): string {
  const verb = command.id.replaceAll(':', ' ');
  const args = Object.values(command.args).filter(({ hidden }) => !hidden);
  const words = args.map((arg) => (arg.required ? arg.name.toUpperCase() : `[${arg.name.toUpperCase()}]`));
  const spoken = command.scope === 'sandbox' ? [words[0], verb, ...words.slice(1)] : [verb, ...words];
  const tail = command.strict === false && command.scope === 'sandbox' ? ' -- COMMAND...' : '';
  const flags = Object.entries(command.flags).filter(([, flag]) => !flag.hidden);
  return [
    `## ${verb}`,
    `\`nemoclaw ${spoken.join(' ')}${tail}\``,
    render(command.summary ?? command.description?.split('\n')[0] ?? ''),
    ...(command.summary !== undefined && command.description !== undefined ? [render(command.description)] : []),
    ...(flags.length === 0 ? [] : [flagTable(flags, render)]),
  ].join('\n\n');
}

function flagTable(flags: [string, Flag][], render: (text: string) => string): string {
  const rows = flags
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, flag]) =>
        `| \`--${flag.type === 'boolean' && flag.allowNo ? '[no-]' : ''}${name}\` | ${flag.env ? `\`${flag.env}\`` : ''} | ${whatItDoes(flag, render)} |`,
    );
  return ['| flag | variable | |', '|---|---|---|', ...rows].join('\n');
}

function whatItDoes(flag: Flag, render: (text: string) => string): string {
  const text = render(flag.summary ?? flag.description ?? '').replaceAll('|', '\\|');
  const options =
    flag.type === 'option' && flag.options
      ? ` One of ${flag.options.map((option) => `\`${option}\``).join(', ')}.`
      : '';
  const usual = flag.type === 'option' && flag.default !== undefined ? ` Default \`${String(flag.default)}\`.` : '';
  return `${text}${options}${usual}`;
}

export async function writeReference(): Promise<void> {
  const page = await referencePage();
  await mkdir(`${REPOSITORY}/docs/reference`, { recursive: true });
  if ((await readFile(REFERENCE, 'utf8').catch(() => '')) !== page) await writeFile(REFERENCE, page);
}
