import type { Check } from './checks.ts';

/** Ids of the MUSTs that do not hold, each once, in the order of the contract. */
export const failingChecks = async (checks: readonly Check[]): Promise<string[]> => {
  const failed = new Set<string>();
  for (const { id, run } of checks) {
    try {
      await run();
    } catch {
      failed.add(id);
    }
  }
  return [...failed];
};

/** Ids that have a check, each once, by name. */
export const mustsOf = (checks: readonly Check[]): string[] => [...new Set(checks.map(({ id }) => id))].sort();
