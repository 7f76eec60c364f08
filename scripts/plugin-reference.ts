import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SOURCE = new URL('../packages/plugin-api/src/', import.meta.url);
export const PAGE = new URL('../docs/reference/plugin-api.md', import.meta.url);

/** In the order in which somebody who writes a plugin needs them. */
const FILES: [string, string][] = [
  ['manifest', 'package.json'],
  ['gpu', 'GPU strategies'],
  ['probe', 'Probes'],
  ['hooks', 'Hooks'],
  ['agent', 'Agents'],
  ['driver', 'Drivers'],
  ['container', 'Containers, as drivers and patches see them'],
  ['process-identity', 'Who a process is'],
  ['errors', 'Errors'],
  ['define', 'Define helpers'],
  ['until-aborted', 'Helpers: abort'],
  ['plain-text', 'Helpers: text'],
  ['layout', 'Numbers and paths in sandboxes'],
  ['json', 'JSON'],
  ['version', 'Version'],
];

/** Exported declarations of a file as they stand; what they import from one another is left out. */
const declarations = (name: string): string =>
  readFileSync(new URL(`${name}.ts`, SOURCE), 'utf8')
    .replace(/^(?:import|export type \*)[\s\S]*?;\n/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();

/** The page docs/reference/plugin-api.md. */
export const renderPluginReference = (): string =>
  [
    '# Plugin API',
    '',
    'Generated from `packages/plugin-api/src` by `scripts/plugin-reference.ts`; do not edit by hand. `docs/write-a-plugin.md`',
    'is the way in, `docs/plugins.md` says what a version promises.',
    '',
    ...FILES.flatMap(([name, title]) => [`## ${title}`, '', '```ts', declarations(name), '```', '']),
  ].join('\n');

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, renderPluginReference());
