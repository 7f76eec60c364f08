import type { ContributionEntry, DiagnosedPackage, Diagnosis } from './types.ts';

type Problem = Exclude<Diagnosis, { diagnosis: 'ok' }>;

const describe = (entry: ContributionEntry): string => `${entry.kind} ${entry.id}`;

const shadows = (entry: ContributionEntry, builtIn: ContributionEntry): Problem => ({
  diagnosis: 'conflict',
  code: 'PLUGIN_SHADOWS_BUILT_IN',
  reason: `${describe(entry)} is built in (${builtIn.plugin}); a plugin cannot take its place.`,
  fix: 'Its author must choose another id.',
});

const clash = (entry: ContributionEntry, others: ContributionEntry[]): Problem => ({
  diagnosis: 'conflict',
  code: 'PLUGIN_CONFLICT',
  reason: `${describe(entry)} is also offered by ${[...new Set(others.map((other) => other.plugin))].join(', ')}.`,
  fix: 'Keep one of them.',
});

/** Only what could be used takes part: something that is off or broken does not stand in another's way. */
const usable = (entry: ContributionEntry): boolean => entry.state.diagnosis === 'ok';

const resolve = (entry: ContributionEntry, all: ContributionEntry[]): ContributionEntry => {
  if (!usable(entry)) return entry;
  const rivals = all.filter(
    (other) => other !== entry && usable(other) && other.kind === entry.kind && other.id === entry.id,
  );
  if (rivals.length === 0) return entry;
  const builtIn = rivals.find((rival) => rival.source === 'built-in');
  if (entry.source === 'built-in') return builtIn ? { ...entry, state: clash(entry, rivals) } : entry;
  return { ...entry, state: builtIn ? shadows(entry, builtIn) : clash(entry, rivals) };
};

/** Two packages of one name cannot both be meant; the built-in one stays in force. */
const markNames = (packages: DiagnosedPackage[]): DiagnosedPackage[] =>
  packages.map((item) => {
    const rivals = packages.filter(
      (other) => other !== item && other.name === item.name && other.state.diagnosis === 'ok',
    );
    if (item.state.diagnosis !== 'ok' || rivals.length === 0) return item;
    const shadowed = rivals.some((rival) => rival.source === 'built-in');
    if (item.source === 'built-in' && !shadowed) return item;
    const state: Problem = {
      diagnosis: 'conflict',
      code: shadowed && item.source !== 'built-in' ? 'PLUGIN_SHADOWS_BUILT_IN' : 'PLUGIN_CONFLICT',
      reason: `There is another package of the name ${item.name} (${rivals.map((rival) => rival.source).join(', ')}).`,
      fix: 'Keep one of them.',
    };
    return {
      ...item,
      state,
      contributions: item.contributions.map((entry) => ({ ...entry, state: usable(entry) ? state : entry.state })),
    };
  });

/** Pure: gives each contribution that collides its diagnosis. */
export const markConflicts = (packages: DiagnosedPackage[]): DiagnosedPackage[] => {
  const named = markNames(packages);
  const all = named.flatMap((item) => item.contributions);
  return named.map((item) => ({ ...item, contributions: item.contributions.map((entry) => resolve(entry, all)) }));
};
