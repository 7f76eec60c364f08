import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { isKnownCode } from './catalogue.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
/** `codedError('X'`, `new CodedError('X'`, `errorCode: 'X'`, `this.fail({ code: 'X'`. */
const USES = /(?:codedError\(\s*|new CodedError\(\s*|errorCode: |fail\(\{ code: )'([A-Z][A-Z_]+)'/g;

it('every code that our own source gives out has a row', () => {
  const sources = globSync('{packages,plugins}/*/src/**/*.ts', { cwd: root }).filter(
    (path) => !/\.(?:i?test|fixture)\.ts$/.test(path),
  );
  const uses = sources.flatMap((path) =>
    [...readFileSync(join(root, path), 'utf8').matchAll(USES)].map((match) => ({ path, code: match[1] ?? '' })),
  );
  expect(uses.length).toBeGreaterThan(30);
  expect(uses.filter(({ code }) => !isKnownCode(code))).toEqual([]);
});
