import type { AgentContribution, Driver, GpuStrategyContribution, ProbeContribution } from '@nemoclaw/plugin-api';
import type { NemoclawOptions } from '../api/nemoclaw.ts';
import type { Config } from '../config/config.ts';
import type { Registry } from '../plugins/registry.ts';
import type { Redactor } from '../redaction/index.ts';
import type { StateStore } from '../state/store.ts';

/** What every use case gets; made once per command, each part only when it is first asked for. */
export interface Services {
  options: NemoclawOptions;
  config: Config;
  store: StateStore;
  redactor: Redactor;
  clock: Clock;
  registry(): Promise<Registry>;
  driver(): Promise<Driver>;
  agent(id: string): Promise<{ agent: AgentContribution; plugin: string }>;
  gpuStrategies(): Promise<GpuStrategyContribution[]>;
  probes(): Promise<ProbeContribution[]>;
}

export interface Clock {
  now(): Date;
  /** Monotonic, ms. */
  elapsed(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
