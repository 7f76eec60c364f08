import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Interfaces } from '@oclif/core';
import type { Program } from './program.ts';

/**
 * package.json as oclif should see it under the program's name: `bin` and `name` make help and version say it, while
 * folder, commands and manifest stay the same ones.
 */
export function packageOf(program: Program): { root: string; pjson: Interfaces.PJSON } {
  const root = packageRoot();
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return {
    root,
    pjson: { ...pjson, name: program.bin, oclif: { ...pjson.oclif, bin: program.bin }, nemoclaw: program },
  };
}

/** The bundle's files lie in `dist/` or one folder below. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!folder.endsWith('dist')) folder = dirname(folder);
  return dirname(folder);
}
