import { expect, it } from 'vitest';
import { okEnvelope, printEnvelope } from './envelope.ts';

it('is JSON that no terminal obeys, and means what it meant', () => {
  const result = { 'k\u009b2J': 'a\u001b[31m\u009b31m\u202egnp.exe\u2028\ufeff žluťoučký 猫' };
  const text = printEnvelope(okEnvelope(result));
  expect(text.replaceAll('\n', '')).toMatch(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u);
  expect(text).toContain('žluťoučký 猫');
  expect(JSON.parse(text).result).toEqual(result);
});
