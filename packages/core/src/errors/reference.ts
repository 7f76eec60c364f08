import { CATALOGUE_GROUPS } from './catalogue.ts';
import type { Audience, ErrorRow } from './row.ts';

const AUDIENCE: Record<Audience, string> = {
  user: 'you: something in the command or the input',
  environment: 'you: something on the host, in the engine, the network or the provider',
  plugin: 'the author of the plugin that is named',
  bug: 'us: please report it',
};

/** `<name>` outside of code is an HTML tag to a Markdown reader. */
const escapeOutsideCode = (text: string): string =>
  text
    .split('`')
    .map((part, index) => (index % 2 === 0 ? part.replace(/<([a-zA-Z]+)>/g, '&lt;$1&gt;') : part))
    .join('`');

const section = ([code, row]: [string, ErrorRow]): string =>
  [
    `### ${code}`,
    '',
    escapeOutsideCode(row.message),
    '',
    `- What to do: ${escapeOutsideCode(row.hint)}`,
    `- Who can change it: ${AUDIENCE[row.audience]}`,
    `- Exit code: ${row.exit}`,
    '',
  ].join('\n');

/** The page docs/reference/errors.md. */
export const renderErrorReference = (): string =>
  [
    '# Errors',
    '',
    'Generated from `packages/core/src/errors`; do not edit by hand.',
    '',
    'Every failure carries one of these codes (`error.code` with `--json`); a code never changes its meaning. The message',
    'that you see is often more exact than the one here. Exit codes: 0 done, 1 failed, 2 usage, 75 busy. A code that is not',
    "here is a plugin's own: the error names the plugin, and the exit code is 1.",
    '',
    ...CATALOGUE_GROUPS.flatMap((group) => [`## ${group.title}`, '', ...Object.entries(group.rows).map(section)]),
  ]
    .join('\n')
    .replace(/\n+$/, '\n');
