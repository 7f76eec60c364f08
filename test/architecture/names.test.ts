import { expect, it } from 'vitest';
import { importsOf, packageName, productSources, workspacePackages } from './sources.ts';

const plugins = workspacePackages().filter(({ json }) => json.nemoclaw?.contributes !== undefined);
const ids = plugins.flatMap(({ json }) =>
  Object.values(json.nemoclaw?.contributes ?? {}).flatMap((all) => all.map(({ id }) => id)),
);
/** Plugins of the field that ours will have, so that no condition on them creeps in before. */
const KNOWN = [...new Set([...ids, 'openclaw', 'hermes', 'native-cdi', 'legacy-swap', 'jetson'])];
const neutral = productSources().filter(({ folder }) => folder === 'packages/core' || folder === 'packages/cli');

function camel(id: string): string {
  return id
    .split('-')
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('');
}

it('there are contributions to look for', () => {
  expect(ids.length).toBeGreaterThan(4);
});

it.each(KNOWN)('core and cli take no decision by the name %s', (id) => {
  const literal = `['"\`]${id}['"\`]`;
  const decisions = new RegExp(
    [
      `[=!]==?\\s*${literal}`,
      `${literal}\\s*[=!]==?`,
      `\\bcase\\s+${literal}`,
      `\\.(?:includes|startsWith|has|get)\\(\\s*${literal}`,
      `\\bis${camel(id)}\\b`,
    ].join('|'),
  );
  const found = neutral.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (decisions.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
});

it('core and cli import no plugin', () => {
  const names = new Set(plugins.map(({ name }) => name));
  const found = neutral.filter((source) =>
    importsOf(source).some((specifier) => names.has(packageName(specifier) ?? '')),
  );
  expect(found.map(({ path }) => path)).toEqual([]);
});
