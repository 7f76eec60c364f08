import type { ContainerState, Driver, JsonObject } from '@nemoclaw/plugin-api';
import type { Collector } from './collect.ts';
import { allowedInspect } from './inspect.ts';

export const LOG_LINES = 200;

/** What the collectors saw, for whoever has to judge it afterwards. */
export interface Sightings {
  /** By what the containers are. */
  states: Record<string, ContainerState>;
}

const asJson = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

const tail = async (driver: Driver, id: string, signal: AbortSignal): Promise<string> => {
  const lines: string[] = [];
  for await (const line of driver.logs(id, { tail: LOG_LINES, follow: false, timestamps: true, signal }))
    lines.push(`${line.time ?? ''} ${line.stream === 'stderr' ? 'E' : ' '} ${line.text}`);
  return lines.join('\n');
};

/** State, allow-listed inspect, last log lines and processes of one container, in the order of what they tell. */
export const containerCollectors = (driver: Driver, role: string, id: string, seen: Sightings): Collector[] => [
  {
    name: `${role}-state.json`,
    async run(signal) {
      const state = await driver.inspect(id, { signal });
      if (!state) return { id, phase: 'gone' };
      seen.states[role] = state;
      // Labels are in the inspect, where only ours keep their values.
      const { labels: _labels, ...rest } = state;
      return asJson(rest);
    },
  },
  { name: `${role}.log`, run: (signal) => tail(driver, id, signal) },
  {
    name: `${role}-inspect.json`,
    async run(signal) {
      const document = await driver.inspectRaw(id, { signal });
      return document ? allowedInspect(document) : { Id: id, State: { Status: 'gone' } };
    },
  },
  {
    name: `${role}-top.json`,
    async run(signal) {
      if (seen.states[role] && seen.states[role].phase !== 'running') return { titles: [], processes: [] };
      return asJson(await driver.top(id, { signal }));
    },
  },
];

/** The networks that the containers hang on. */
export const networksCollector = (driver: Driver, seen: Sightings): Collector => ({
  name: 'networks.json',
  async run(signal) {
    const attached = Object.entries(seen.states).flatMap(([role, { networks }]) =>
      networks.map((network) => ({ role, ...network })),
    );
    const ids = [...new Set(attached.map(({ id }) => id))];
    const networks = await Promise.all(
      ids.map(async (id) => {
        const network = await driver.inspectNetwork(id, { signal });
        if (!network) return { id, gone: true };
        const { labels: _labels, created: _created, ...rest } = network;
        return rest;
      }),
    );
    return asJson({ attached, networks });
  },
});

export const engineCollector = (driver: Driver): Collector => ({
  name: 'engine.json',
  run: async (signal) => asJson(await driver.hostFacts({ signal })),
});
