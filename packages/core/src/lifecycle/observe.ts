import { stat } from 'node:fs/promises';
import { type ContainerState, type Driver, LABELS } from '@nemoclaw/plugin-api';
import type { SandboxEvent } from '../api/records.ts';
import { eventsOfResolution, isOver, type Look, mergeEvents, type NewEvent } from '../events/index.ts';
import { type Resolution, resolveOwnership } from '../ownership/index.ts';
import type { KnownSandbox } from './resolve.ts';
import type { Services } from './services.ts';

type Needs = Pick<Services, 'store' | 'clock' | 'redactor'>;

/**
 * Adds to the sandbox's events. They are a help and no state: one that can't be read is begun anew, trouble with the disk
 * is passed over, and a sandbox that is gone gets no folder back.
 */
export const noteEvents = async (
  { store, clock, redactor }: Needs,
  name: string,
  seen: readonly NewEvent[],
  look: Look = 'part',
): Promise<SandboxEvent[]> => {
  const before = (await store.readEvents(name).catch(() => undefined))?.events ?? [];
  if (seen.length === 0 && !before.some((event) => isOver(event, look))) return before;
  const events = mergeEvents(before, redactor.redactJson([...seen]), clock.now().toISOString(), look);
  try {
    await stat(store.paths(name).folder);
    await store.writeEvents({ version: 1, name, events });
  } catch {
    // What was seen is told to whoever asked now; the next look sees it again.
  }
  return events;
};

export interface Observed {
  containers: ContainerState[];
  resolution: Resolution;
  events: SandboxEvent[];
}

/** One look at the engine, judged against the journal, and what is worth telling of it written down. */
export const observeOwnership = async (
  services: Needs,
  driver: Driver,
  { record, ownership }: KnownSandbox,
  signal?: AbortSignal,
  look: Look = 'containers',
): Promise<Observed> => {
  const containers = await driver.list({ [LABELS.sandboxId]: record.sandboxId }, signal ? { signal } : {});
  const resolution = resolveOwnership(containers, ownership);
  const events = await noteEvents(services, record.name, eventsOfResolution(resolution, containers), look);
  return { containers, resolution, events };
};
