import type { GpuStrategyContribution } from '@nemoclaw/plugin-api';

const PATCH = { env: { PRETEND_GPU: '1' } };

/** A way to a GPU that needs none: the container is replaced by one with a variable more, which is what is proved. */
const strategy: GpuStrategyContribution = {
  kind: 'gpu',
  id: 'pretend',
  title: 'A GPU that is none',
  detect: () => ({
    strategy: 'pretend',
    applicable: true,
    priority: 1,
    reason: 'it needs nothing',
    evidence: [],
    warnings: [],
    activation: 'replace',
  }),
  prepare: () => PATCH,
  candidates: () => [{ id: 'variable', title: 'a variable', patch: PATCH }],
  prove: async ({ requested, now }) => ({
    result: 'injected',
    requested,
    at: now().toISOString(),
    summary: 'a variable is set',
    checks: [],
    evidence: {},
    remedy: [],
  }),
  explain: () => 'Replaces the container and gives it nothing.',
};
export default strategy;
