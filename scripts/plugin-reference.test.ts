import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PAGE, renderPluginReference } from './plugin-reference.ts';

it('is what stands in docs/reference/plugin-api.md', () => {
  expect(readFileSync(PAGE, 'utf8'), 'write it again: node scripts/plugin-reference.ts').toBe(renderPluginReference());
});

it('leaves out no file of the contract', () => {
  // Folders are helpers with an export of their own, beside the contract.
  const files = readdirSync(new URL('../packages/plugin-api/src/', import.meta.url)).filter((name) =>
    name.endsWith('.ts'),
  );
  const page = renderPluginReference();
  for (const file of files.filter((name) => !/\.test\.ts$|^index\.ts$/.test(name))) {
    const text = readFileSync(new URL(`../packages/plugin-api/src/${file}`, import.meta.url), 'utf8');
    for (const [, name] of text.matchAll(/^export (?:interface|type|class|const|function|async function) (\w+)/gm))
      expect(page, `${name} of ${file}`).toContain(name);
  }
});
