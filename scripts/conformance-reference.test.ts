import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CONFORMANCE_PAGE, renderConformance } from './conformance-reference.ts';

it('is what stands in docs/reference/conformance.md', () => {
  expect(readFileSync(CONFORMANCE_PAGE, 'utf8'), 'write it again: node scripts/conformance-reference.ts').toBe(
    renderConformance(),
  );
});
