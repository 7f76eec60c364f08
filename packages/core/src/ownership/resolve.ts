import { type ContainerState, LABELS } from '@nemoclaw/plugin-api';
import type { OwnershipJournal } from '../api/records.ts';
import { canonicalName, stagingName } from './names.ts';
import type { Observation, OwnershipNotice, Resolution, Sighting } from './types.ts';

/** How far apart two looks must be before a container that nobody wrote down as authoritative is believed to stay. */
export const ADOPT_AFTER_MS = 2_000;

const CLAIMING_ROLES = new Set(['agent', 'staging', 'backup']);

const generationOf = (container: Sighting): string | undefined => container.labels[LABELS.generation];

/** Those that say they are this sandbox's agent; whether they are is another question. */
const claimants = <C extends Sighting>(containers: readonly C[], journal: OwnershipJournal): C[] =>
  containers
    .filter(
      ({ labels }) => labels[LABELS.sandboxId] === journal.sandboxId && CLAIMING_ROLES.has(labels[LABELS.role] ?? ''),
    )
    // The engine lists in no order that means anything.
    .sort((a, b) => (a.id < b.id ? -1 : 1));

const idsOf = (containers: readonly Sighting[]): string[] => containers.map(({ id }) => id).sort();

const conflict = (reason: string, containers: readonly Sighting[]): Extract<Resolution, { state: 'conflict' }> => ({
  state: 'conflict',
  reason,
  ids: idsOf(containers),
});

type Instance = { id: string; generation: string };

const isInstance = (container: Sighting, instance: Instance): boolean =>
  container.id === instance.id && generationOf(container) === instance.generation;

/** Whether it is the replacement that the intent speaks of: its generation, its id where one is known, one of its two names. */
const isReplacement = (container: Sighting, journal: OwnershipJournal): boolean => {
  const { replacement } = journal.intent ?? {};
  if (!replacement || generationOf(container) !== replacement.generation) return false;
  if (replacement.id !== undefined && replacement.id !== container.id) return false;
  return [canonicalName(journal), stagingName(journal, replacement.generation)].includes(container.name);
};

const sameSighting = (a: Sighting, b: Sighting): boolean =>
  a.id === b.id &&
  a.name === b.name &&
  a.phase === b.phase &&
  a.startedAt === b.startedAt &&
  generationOf(a) === generationOf(b);

/** For how long it has been the only claimant, unchanged, through every look since. */
const unchangedFor = (container: Sighting, journal: OwnershipJournal, observations: readonly Observation[]): number => {
  let since = 0;
  for (const { agoMs, containers } of [...observations].sort((a, b) => a.agoMs - b.agoMs)) {
    const [only, ...others] = claimants(containers, journal);
    if (!only || others.length > 0 || !sameSighting(only, container)) break;
    since = agoMs;
  }
  return since;
};

const notice = (reason: OwnershipNotice['reason'], containers: readonly Sighting[]): OwnershipNotice[] =>
  containers.length === 0 ? [] : [{ reason, ids: idsOf(containers) }];

const whenPresent = <C extends Sighting>(found: C, others: C[], journal: OwnershipJournal): Resolution<C> => {
  const { authoritative, intent, retired } = journal;
  if (intent) {
    if (intent.incumbent.id !== authoritative?.id || intent.incumbent.generation !== authoritative.generation)
      return conflict('the journal’s intent is about another container than the one that it names', [found, ...others]);
    const [replacement, ...more] = others;
    const named = [canonicalName(journal), intent.backupName].includes(found.name);
    if (!named || more.length > 0 || (replacement && !isReplacement(replacement, journal)))
      return conflict('a replacement was begun and the engine has something else than its two containers', [
        found,
        ...others,
      ]);
    if (replacement) return { state: 'replacing', incumbent: found, replacement };
  }
  const backups = others.filter((other) => retired.some((old) => isInstance(other, old) && other.name === old.name));
  const strangers = others.filter((other) => !backups.includes(other));
  return {
    state: 'present',
    container: found,
    strangers: idsOf(strangers),
    notices: [
      ...notice('stranger', strangers),
      ...notice('leftover_backup', backups),
      ...(intent ? notice('replacement_open', [found]) : []),
    ],
  };
};

const whenAbsent = <C extends Sighting>(
  only: C,
  journal: OwnershipJournal,
  observations: readonly Observation[],
): Resolution<C> => {
  const { authoritative, creating, intent, retired } = journal;
  const canonical = only.name === canonicalName(journal);
  if (intent) {
    if (!canonical || !isReplacement(only, journal))
      return conflict(
        'a replacement was begun, the container that it replaces is gone, and this one is not its other',
        [only],
      );
    const since = unchangedFor(only, journal, observations);
    return since >= ADOPT_AFTER_MS
      ? { state: 'adopt', container: only, generation: intent.replacement.generation }
      : { state: 'observe', container: only, waitMs: ADOPT_AFTER_MS - since };
  }
  if (!authoritative)
    return creating && canonical && generationOf(only) === creating.generation
      ? { state: 'unfinished', container: only }
      : conflict('the journal names no container, the engine has some', [only]);
  const kept = retired.filter((old) => isInstance(only, old) && only.name === old.name);
  return kept.length === 1
    ? { state: 'rollback', container: only }
    : conflict('the journal’s container is gone and another one carries its labels', [only]);
};

/**
 * Pure: which of the containers that carry a sandbox's labels is the sandbox, by SPEC §3. Fails closed: whatever fits no
 * row is a conflict, and nothing is adopted or removed. `observations` are earlier looks; without any, nothing is adopted.
 */
export const resolveOwnership = <C extends Sighting = ContainerState>(
  containers: readonly C[],
  journal: OwnershipJournal,
  observations: readonly Observation[] = [],
): Resolution<C> => {
  const { authoritative } = journal;
  // By id alone: whoever took its labels away or changed them must not make it disappear.
  const found = authoritative ? containers.find(({ id }) => id === authoritative.id) : undefined;
  const others = claimants(containers, journal).filter(({ id }) => id !== found?.id);
  if (found) {
    if (generationOf(found) !== authoritative?.generation || found.labels[LABELS.sandboxId] !== journal.sandboxId)
      return conflict('the container carries another generation than the journal', [found]);
    return whenPresent(found, others, journal);
  }
  const [only, ...more] = others;
  if (!only) return { state: 'missing' };
  if (more.length > 0) return conflict('the journal’s container is gone and several others carry its labels', others);
  return whenAbsent(only, journal, observations);
};

/** Pure: whether the journal itself says that this very container may be removed in the name of a replacement. */
export const mayRemove = (container: Sighting, journal: OwnershipJournal): boolean =>
  container.labels[LABELS.sandboxId] === journal.sandboxId &&
  container.id !== journal.authoritative?.id &&
  (journal.retired.some((old) => isInstance(container, old)) || isReplacement(container, journal));
