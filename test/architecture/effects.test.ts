import { expect, it } from 'vitest';
import { productSources, type Source } from './sources.ts';

const sources = productSources();

/** Programs of their own, run in a container: exit codes and the environment belong to them. */
const isProgram = (path: string): boolean => /^packages\/(supervisor|relay)\/src\/main\.ts$|-program\.ts$/.test(path);

function lines(of: Source[], pattern: RegExp): string[] {
  return of.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
}

it('nothing below the cli ends the process', () => {
  const below = sources.filter(({ folder, path }) => folder !== 'packages/cli' && !isProgram(path));
  expect(lines(below, /\bprocess\.(exit|abort|reallyExit)\b/)).toEqual([]);
});

it('only the cli and programs of their own read the environment', () => {
  const below = sources.filter(
    ({ folder, path }) =>
      folder !== 'packages/cli' && !isProgram(path) && !path.startsWith('packages/core/src/config/'),
  );
  expect(lines(below, /\bprocess\.env\b/)).toEqual([]);
});
