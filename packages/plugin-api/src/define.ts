import type { AgentContribution } from './agent.ts';
import type { DriverContribution } from './driver.ts';
import type { GpuStrategyContribution } from './gpu.ts';
import type { HookHandler, HookName } from './hooks.ts';
import type { ProbeContribution } from './probe.ts';

export type Contribution = DriverContribution | AgentContribution | GpuStrategyContribution | ProbeContribution;

/** Each returns its argument, typed; a plugin's module exports the result as default. */
export const defineDriver = (driver: Omit<DriverContribution, 'kind'>): DriverContribution => ({
  kind: 'driver',
  ...driver,
});
export const defineAgent = (agent: Omit<AgentContribution, 'kind'>): AgentContribution => ({ kind: 'agent', ...agent });
export const defineGpuStrategy = (gpu: Omit<GpuStrategyContribution, 'kind'>): GpuStrategyContribution => ({
  kind: 'gpu',
  ...gpu,
});
export const defineProbe = (probe: Omit<ProbeContribution, 'kind'>): ProbeContribution => ({ kind: 'probe', ...probe });
export const defineHook = <H extends HookName>(_name: H, handler: HookHandler<H>): HookHandler<H> => handler;
