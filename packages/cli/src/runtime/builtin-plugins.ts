import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/**
 * Folders of the built-in plugins: names come from the index that the build writes, places from Node's own resolution,
 * so that a global install and the monorepo behave alike.
 */
export function builtinPlugins(generated: URL): { name: string; root: string }[] {
  const names = JSON.parse(readFileSync(new URL('plugins.json', generated), 'utf8')) as string[];
  const require = createRequire(generated);
  return names.map((name) => ({ name, root: dirname(require.resolve(`${name}/package.json`)) }));
}
