import type { GpuStrategyContribution, ProbeContribution } from '@nemoclaw/plugin-api';
import type { Guarded } from './guarded.ts';

/** In the place of a contribution that cannot be loaded: every use of it fails with why. */
const failing = (error: unknown) => (): Promise<never> => Promise.reject(error);

export const STAND_INS = {
  gpu: (id: string, error: unknown): Guarded<GpuStrategyContribution> => {
    const fail = failing(error);
    return { kind: 'gpu', id, title: id, detect: fail, prepare: fail, prove: fail, explain: fail };
  },
  probe: (id: string, error: unknown): Guarded<ProbeContribution> => {
    const fail = failing(error);
    return { kind: 'probe', id, title: id, when: ['preflight', 'on-demand'], applies: fail, run: fail };
  },
};
