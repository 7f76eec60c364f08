import { expect } from 'vitest';

/** Fails unless the value survives a trip through JSON unchanged: no dates, maps, functions, NaN or undefined fields. */
export function expectPlainJson(value: unknown): void {
  expect(JSON.parse(JSON.stringify(value) ?? 'null'), 'is not plain JSON').toStrictEqual(value);
}

/** A line that may go to a terminal as it is. */
export function expectOneLine(text: unknown, what: string): void {
  expect(text, what).toBeTypeOf('string');
  expect((text as string).trim().length, `${what} is empty`).toBeGreaterThan(0);
  expect(
    /\p{Cc}|\u2028|\u2029/u.test(text as string),
    `${what} holds control characters: ${JSON.stringify(text)}`,
  ).toBe(false);
}
