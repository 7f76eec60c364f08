import { readConfig } from '../config/config.ts';
import { createRegistry } from '../plugins/index.ts';
import { createRedactor } from '../redaction/index.ts';
import { createStateStore } from '../state/store.ts';
import { systemClock } from './clock.ts';
import type { Clock, Services } from './services.ts';

const missing = (what: string) => async (): Promise<never> => {
  throw new Error(`the test has no ${what}`);
};

/** Real store, redactor and settings on a folder of the test's; no plugin and no driver but those that are given. */
export const servicesAt = (home: string, more: Partial<Services> = {}): Services => ({
  options: { home, env: {}, program: 'nemoclaw', version: '0.0.0', builtinPlugins: [] },
  config: readConfig({}, home),
  store: createStateStore(home),
  redactor: createRedactor(),
  clock: systemClock,
  guards: [],
  faults: { note: () => undefined },
  registry: () => createRegistry({ packages: [] }),
  driverId: async () => 'a-driver',
  driver: missing('driver'),
  agent: missing('agent'),
  gpuStrategies: async () => [],
  probes: async () => [],
  ...more,
});

/** Sleeping takes no time and moves the clock. */
export const fastClock = (): Clock => {
  let elapsed = 0;
  return {
    now: () => new Date('2026-11-21T00:00:00Z'),
    elapsed: () => elapsed,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      elapsed += ms;
    },
  };
};
