import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { GENERATED } from '../src/generated.ts';
import { GENERATED_DIR, PACKAGE } from './paths.ts';

interface PackageJson {
  dependencies?: Record<string, string>;
  nemoclaw?: { contributes?: unknown };
}

const readJson = async (path: string): Promise<PackageJson> => JSON.parse(await readFile(path, 'utf8'));

/** Which dependencies of this package are plugins: those whose package.json contributes something. */
export async function builtinNames(): Promise<string[]> {
  const require = createRequire(`${PACKAGE}/package.json`);
  const { dependencies = {} } = await readJson(`${PACKAGE}/package.json`);
  const names: string[] = [];
  for (const name of Object.keys(dependencies)
    .filter((dependency) => dependency.startsWith('@nemoclaw/'))
    .sort()) {
    const { nemoclaw } = await readJson(require.resolve(`${name}/package.json`));
    if (nemoclaw?.contributes !== undefined) names.push(name);
  }
  return names;
}

export async function writeBuiltinIndex(): Promise<void> {
  await mkdir(GENERATED_DIR, { recursive: true });
  await writeFile(`${GENERATED_DIR}/${GENERATED.plugins}`, JSON.stringify(await builtinNames()));
}
