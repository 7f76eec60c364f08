import { describe, expect, it } from 'vitest';

/** One case of a MUST; several of one id hold the same MUST to several cases. */
export interface Check<Id extends string = string> {
  id: Id;
  title: string;
  run(): void | Promise<void>;
}

/** Above every bound that a check has itself. */
const BOUND_MS = 20_000;

/** One test for each check, numbered as the MUSTs are in `docs/reference/conformance.md`. */
export const declare = <Id extends string>(
  title: string,
  musts: Readonly<Record<Id, string>>,
  checks: readonly Check<Id>[],
): void => {
  const numbers = new Map(Object.keys(musts).map((id, index) => [id, index + 1]));
  describe(title, () => {
    for (const check of checks)
      it(`MUST ${numbers.get(check.id)} (${check.id}): ${check.title}`, () => check.run(), BOUND_MS);
  });
};

/** What a suite is told; a key that it does not know would be a case that nobody runs. */
export const expectKeys = (given: object, known: readonly string[], what: string): void => {
  expect(
    Object.keys(given).filter((key) => !known.includes(key)),
    `${what}: keys that mean nothing`,
  ).toEqual([]);
};

export interface Counted<T> {
  subject: T;
  /** Names of functions that were never called. */
  unused(): string[];
}

/** The same contribution, whose calls are counted: a suite that never called it has shown nothing. */
export const counted = <T extends object>(contribution: T): Counted<T> => {
  const calls = new Map<string, number>();
  const entries = Object.entries(contribution).map(([name, value]) => {
    if (typeof value !== 'function') return [name, value] as const;
    calls.set(name, 0);
    const call = (...args: unknown[]): unknown => {
      calls.set(name, (calls.get(name) ?? 0) + 1);
      return (value as (...all: unknown[]) => unknown).apply(contribution, args);
    };
    return [name, call] as const;
  });
  return {
    subject: Object.fromEntries(entries) as T,
    unused: () => [...calls].filter(([, count]) => count === 0).map(([name]) => name),
  };
};

/** A value that no result may hold: it stands in the environment of every case. */
export const SECRET = 'nvapi-conformance-3f9c1e7a5b2d4c60';

export const expectNoSecret = (value: unknown): void => {
  expect(JSON.stringify(value) ?? '', 'a secret of the environment is in it').not.toContain(SECRET);
};
