import { expect, it } from 'vitest';
import { productSources, type Source } from './sources.ts';

const sources = productSources();

/** Programs of their own: their entry is where exit codes and the environment belong. */
const ENTRIES = new Set(['packages/supervisor/src/main.ts', 'packages/relay/src/main.ts']);

function lines(of: Source[], pattern: RegExp): string[] {
  return of.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
}

it('nothing below the cli ends the process', () => {
  const below = sources.filter(({ folder, path }) => folder !== 'packages/cli' && !ENTRIES.has(path));
  expect(lines(below, /\bprocess\.(exit|abort|reallyExit)\b/)).toEqual([]);
});

it('only the cli and programs of their own read the environment', () => {
  const below = sources.filter(
    ({ folder, path }) =>
      folder !== 'packages/cli' && !ENTRIES.has(path) && !path.startsWith('packages/core/src/config/'),
  );
  expect(lines(below, /\bprocess\.env\b/)).toEqual([]);
});
