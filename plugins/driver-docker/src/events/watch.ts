import type { Driver, DriverEvent, Labels } from '@nemoclaw/plugin-api';
import type { Engine } from '../engine/call.ts';
import { jsonLines } from '../streams/json-lines.ts';

const TYPES = ['container', 'network', 'volume'] as const;

/**
 * Events from now on, until the caller breaks off or aborts. A hint, never a record: the engine keeps 256 of them and
 * none over a restart. It gives networks and volumes no labels in events, so with labels only containers' come.
 */
export const createWatch = (engine: Engine): Driver['watch'] => {
  return async function* (labels, { signal }) {
    const asked = { operation: 'watch events', object: '' };
    const open = { ...asked, answer: 'stream', signal } as const;
    const stream = await engine.call(open, (docker) => docker.getEvents({ filters: filters(labels) }));
    try {
      for await (const event of jsonLines(stream as AsyncIterable<Buffer>)) {
        const known = driverEvent(event);
        if (known) yield known;
      }
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw engine.explain(asked, error);
    } finally {
      (stream as unknown as { destroy(): void }).destroy();
    }
  };
};

const filters = (labels: Labels): Record<string, string[]> => {
  const label = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return { type: [...TYPES], ...(label.length > 0 ? { label } : {}) };
};

const driverEvent = (event: Record<string, unknown>): DriverEvent | undefined => {
  const type = TYPES.find((candidate) => candidate === event.Type);
  const actor = event.Actor as { ID?: unknown; Attributes?: Record<string, string> } | undefined;
  if (!type || typeof event.Action !== 'string' || typeof actor?.ID !== 'string') return undefined;
  return { type, action: event.Action, id: actor.ID, labels: actor.Attributes ?? {} };
};
