import type { Driver } from '@nemoclaw/plugin-api';
import type { Collector } from '../evidence/collect.ts';
import { containerCollectors, engineCollector, networksCollector, type Sightings } from '../evidence/collectors.ts';
import { callSupervisor } from './control.ts';
import { asJson } from './onboard/data.ts';
import type { Services } from './services.ts';

export interface Seen extends Sightings {
  /** State of the first container's supervisor, or `silent`. */
  supervisor?: string;
}

const SUPERVISOR_MS = 2_000;

const supervisorCollector = (driver: Driver, containerId: string, role: string, seen: Seen): Collector => ({
  name: `${role}-supervisor.json`,
  async run(signal) {
    if (seen.states[role]?.phase !== 'running') return { asked: false };
    seen.supervisor = 'silent';
    const status = await callSupervisor({ driver, containerId, timeoutMs: SUPERVISOR_MS, signal }, 'status', {});
    seen.supervisor = status.state;
    return asJson(status);
  },
});

const pluginsCollector = (services: Services): Collector => ({
  name: 'plugins.json',
  run: async () => asJson({ plugins: (await services.registry()).report() }),
});

/**
 * What needs no engine first, then the container that failed, then the rest: an engine that hangs uses up the time with
 * what says least.
 */
export const collectorsOf = (
  services: Services,
  driver: Driver,
  containers: Record<string, string>,
  seen: Seen = { states: {} },
): Collector[] => {
  const [first, ...others] = Object.entries(containers).filter(([, id]) => id !== '');
  return [
    pluginsCollector(services),
    ...(first
      ? [
          ...containerCollectors(driver, first[0], first[1], seen),
          supervisorCollector(driver, first[1], first[0], seen),
        ]
      : []),
    engineCollector(driver),
    ...others.flatMap(([role, id]) => containerCollectors(driver, role, id, seen)),
    ...(first ? [networksCollector(driver, seen)] : []),
  ];
};
