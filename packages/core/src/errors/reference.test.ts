import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { renderErrorReference } from './reference.ts';

const page = new URL('../../../../docs/reference/errors.md', import.meta.url);
const command =
  'node -e "import(\'./packages/core/src/errors/reference.ts\').then((m) => process.stdout.write(m.renderErrorReference()))" > docs/reference/errors.md';

it('is what stands in docs/reference/errors.md', async () => {
  expect(await readFile(page, 'utf8'), `write it again: ${command}`).toBe(renderErrorReference());
});

it('shows placeholders as text, not as HTML', () => {
  const outsideCode = renderErrorReference().replace(/`[^`]*`/g, '');
  expect(outsideCode).not.toMatch(/<[a-z]+>/i);
});
