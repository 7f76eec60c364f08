import type { AgentContribution, Driver, GpuStrategyContribution, ProbeContribution } from '@nemoclaw/plugin-api';
import type { NemoclawOptions } from '../api/nemoclaw.ts';
import type { Config } from '../config/config.ts';
import type { HookOptions } from '../hooks/index.ts';
import type { CallGuard, FaultLog, Guarded } from '../plugins/index.ts';
import type { Registry } from '../plugins/registry.ts';
import type { Redactor } from '../redaction/index.ts';
import type { StateStore } from '../state/store.ts';

// Plugins' code as the use cases see it: every call bounded, watched and attributed.
export type Agent = Guarded<AgentContribution>;
export type GpuStrategy = Guarded<GpuStrategyContribution>;
export type Probe = Guarded<ProbeContribution>;

/** What every use case gets; made once per command, each part only when it is first asked for. */
export interface Services {
  options: NemoclawOptions;
  config: Config;
  store: StateStore;
  redactor: Redactor;
  clock: Clock;
  /** Watch all plugin code of the command. */
  guards: readonly CallGuard[];
  registry(): Promise<Registry>;
  /** Id of the driver that every command uses: by the settings, or the first one installed. */
  driverId(): Promise<string>;
  driver(): Promise<Driver>;
  agent(id: string): Promise<{ agent: Agent; plugin: string }>;
  /** One that is not built in and cannot be loaded is there as well; every use of it rejects with why. */
  gpuStrategies(): Promise<GpuStrategy[]>;
  probes(): Promise<Probe[]>;
  /** Where errors of plugins are remembered that a command survives. */
  faults: Pick<FaultLog, 'note'>;
}

export interface Clock {
  now(): Date;
  /** Monotonic, ms. */
  elapsed(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** What every hook runs with. */
export const hookOptions = ({ guards, options }: Services, signal?: AbortSignal): HookOptions => ({
  guards,
  env: options.env,
  ...(options.onPluginLine ? { onLog: options.onPluginLine } : {}),
  ...(signal ? { signal } : {}),
});
