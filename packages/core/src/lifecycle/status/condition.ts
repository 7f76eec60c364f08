import type { StatusResult } from '../../api/nemoclaw.ts';
import type { OwnershipJournal, SandboxEvent } from '../../api/records.ts';
import { conditionOf } from '../../events/index.ts';

type Condition = NonNullable<StatusResult['condition']>;

/** Pure: a replacement is pending while the journal says so, whatever was seen of it before; the rest is as last seen. */
export const conditionNow = (
  ownership: OwnershipJournal,
  events: readonly SandboxEvent[],
  now: Date,
): Condition | undefined => {
  const seen = conditionOf(events.filter(({ reason }) => reason !== 'ReplacementPending' || ownership.intent !== null));
  if (seen) return { status: seen.reason, reason: seen.message, ids: seen.ids, at: seen.lastAt };
  if (!ownership.intent) return undefined;
  const { incumbent, replacement } = ownership.intent;
  const ids = [incumbent.id, ...(replacement.id === undefined ? [] : [replacement.id])].sort();
  return {
    status: 'ReplacementPending',
    reason: `${ownership.intent.operation} is replacing its container, or was cut off`,
    ids,
    at: now.toISOString(),
  };
};
