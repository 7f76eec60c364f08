import { type CallGuard, guarded, type Registry } from '../plugins/index.ts';
import type { GpuStrategy, Probe } from './services.ts';

/** A plugin that cannot be loaded must not stop a command that can do without it: its error comes when it is called. */
const loadOr = async <T>(load: () => Promise<T>, standIn: (fail: () => Promise<never>) => T): Promise<T> => {
  try {
    return await load();
  } catch (error) {
    return standIn(async () => {
      throw error;
    });
  }
};

export const loadGpuStrategies = (registry: Registry, guards: readonly CallGuard[]): Promise<GpuStrategy[]> =>
  Promise.all(
    registry.all('gpu').map(({ id }) =>
      loadOr<GpuStrategy>(
        async () => guarded('gpu', await registry.load('gpu', id), guards),
        (fail) => ({ kind: 'gpu', id, title: id, detect: fail, prepare: fail, prove: fail, explain: fail }),
      ),
    ),
  );

/** One that cannot be loaded does not know its moment, so it is asked at each. */
export const loadProbes = (registry: Registry, guards: readonly CallGuard[]): Promise<Probe[]> =>
  Promise.all(
    registry.all('probe').map(({ id }) =>
      loadOr<Probe>(
        async () => guarded('probe', await registry.load('probe', id), guards),
        (fail) => ({
          kind: 'probe',
          id,
          title: id,
          when: ['preflight', 'post-ready', 'on-demand'],
          applies: fail,
          run: fail,
        }),
      ),
    ),
  );
