import type { Nemoclaw } from '../api/nemoclaw.ts';
import { toCodedError } from '../errors/index.ts';
import type { Services } from './services.ts';
import { conditionNow } from './status/condition.ts';

/** Every sandbox of which there is any state, as recorded; one that can't be read hides no other. */
export const list = async ({ store, clock }: Pick<Services, 'store' | 'clock'>): ReturnType<Nemoclaw['list']> => {
  const found: Awaited<ReturnType<Nemoclaw['list']>> = { records: [], unreadable: [], conditions: {} };
  for (const name of await store.listNames()) {
    try {
      const record = await store.readRecord(name);
      if (!record) continue;
      found.records.push(record);
      const ownership = await store.readOwnership(name).catch(() => undefined);
      const events = (await store.readEvents(name).catch(() => undefined))?.events ?? [];
      const condition = ownership ? conditionNow(ownership, events, clock.now())?.status : 'OwnershipUnresolved';
      if (condition) found.conditions[name] = condition;
    } catch (error) {
      found.unreadable.push({ name, error: toCodedError(error) });
    }
  }
  return found;
};
