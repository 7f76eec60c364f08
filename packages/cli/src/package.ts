import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PJSON } from '@oclif/core/interfaces';
import type { Program } from './program.ts';

/**
 * package.json as oclif should see it under the program's name: `bin` and `name` make help and version say it, while
 * folder, commands and manifest stay the same ones. oclif's own plugins (help, autocomplete, …) take 5 ms to find: only
 * who needs them asks for them.
 */
export function packageOf(program: Program, withPlugins: boolean): { root: string; pjson: PJSON } {
  const root = packageRoot();
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return {
    root,
    pjson: {
      ...pjson,
      name: program.bin,
      oclif: { ...pjson.oclif, bin: program.bin, ...(withPlugins ? {} : { plugins: [] }) },
      nemoclaw: program,
    },
  };
}

/** The bundle's files lie in `dist/` or one folder below. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!folder.endsWith('dist')) folder = dirname(folder);
  return dirname(folder);
}
