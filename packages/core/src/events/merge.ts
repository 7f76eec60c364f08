import type { OwnershipStatus, SandboxEvent } from '../api/records.ts';

export type NewEvent = Pick<SandboxEvent, 'reason' | 'level' | 'ids' | 'message' | 'containers'>;

/** As many as stay readable; the oldest that are over go first. */
const MAX_EVENTS = 50;

const keyOf = ({ reason, ids }: Pick<SandboxEvent, 'reason' | 'ids'>): string => JSON.stringify([reason, ids]);

const STATUSES: ReadonlySet<string> = new Set([
  'ReplacementPending',
  'IdentityConflict',
  'InstanceMissing',
  'OwnershipUnresolved',
  'OwnershipPersistFailed',
] satisfies OwnershipStatus[]);

const isStatus = (reason: SandboxEvent['reason']): reason is OwnershipStatus => STATUSES.has(reason);

/** `part`: nothing is over. `containers`: all of them were looked at. `healed`: everything was, and it is well. */
export type Look = 'part' | 'containers' | 'healed';

/** What a look at the containers can't tell. */
const OF_STATE: ReadonlySet<SandboxEvent['reason']> = new Set(['StateMissing', 'OwnershipPersistFailed']);

export const isOver = ({ reason, active }: SandboxEvent, look: Look): boolean => {
  switch (look) {
    case 'part':
      return false;
    case 'containers':
      return active && !OF_STATE.has(reason);
    case 'healed':
      return active;
  }
};

/** Pure: what was seen now, added to what was seen before; what such a look would have shown and did not is over. */
export const mergeEvents = (
  before: readonly SandboxEvent[],
  seen: readonly NewEvent[],
  at: string,
  look: Look,
): SandboxEvent[] => {
  const now = new Map(seen.map((event) => [keyOf(event), { ...event, ids: [...event.ids].sort() }]));
  const known = before.map((event): SandboxEvent => {
    const again = now.get(keyOf(event));
    if (again) {
      now.delete(keyOf(event));
      return { ...event, ...again, lastAt: at, count: event.count + 1, active: true };
    }
    return isOver(event, look) ? { ...event, active: false } : event;
  });
  const added = [...now.values()].map((event) => ({ ...event, firstAt: at, lastAt: at, count: 1, active: true }));
  return [...known, ...added]
    .sort((a, b) => Number(b.active) - Number(a.active) || (a.lastAt < b.lastAt ? 1 : a.lastAt > b.lastAt ? -1 : 0))
    .slice(0, MAX_EVENTS);
};

/** Pure: which of the five statuses the sandbox is in by what was last seen of it; the gravest, where there are several. */
export const conditionOf = (
  events: readonly SandboxEvent[],
): (SandboxEvent & { reason: OwnershipStatus }) | undefined => {
  const open = events.filter(
    (event): event is SandboxEvent & { reason: OwnershipStatus } => event.active && isStatus(event.reason),
  );
  return open.find(({ level }) => level === 'error') ?? open[0];
};
