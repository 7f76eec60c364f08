import type {
  AgentContribution,
  ContributionKind,
  DriverContribution,
  GpuStrategyContribution,
  HookHandler,
  HookName,
  ProbeContribution,
} from '@nemoclaw/plugin-api';
import type { PluginReport } from '../api/nemoclaw.ts';
import type { ErrorCode } from '../errors/index.ts';

export type PluginSource = PluginReport['source'];

/** A package that may hold contributions; found by the caller, not yet read. */
export interface PluginPackage {
  name: string;
  /** Absolute folder with the package.json. */
  root: string;
  source: PluginSource;
  /** Whether it is still what was installed; asked before code of it is imported, and by `plugins doctor`. */
  verify?: () => Promise<Diagnosis>;
}

/** Why something cannot be used, and what to do about it; `ok` has neither. */
export type Diagnosis =
  | { diagnosis: 'ok' }
  | {
      diagnosis: 'incompatible' | 'invalid' | 'conflict' | 'disabled' | 'tampered';
      /** What using it anyway fails with. */
      code: ErrorCode;
      reason: string;
      fix: string;
    };

export const OK: Diagnosis = { diagnosis: 'ok' };

/** One thing that a plugin offers. */
export interface ContributionEntry {
  kind: ContributionKind;
  id: string;
  /** `name@version`. */
  plugin: string;
  source: PluginSource;
  /** Real path of the module; empty when it was not found. */
  module: string;
  state: Diagnosis;
}

export interface HookRegistration<H extends HookName = HookName> {
  hook: H;
  /** `name@version`. */
  plugin: string;
  source: PluginSource;
  /** Real path of the module. */
  module: string;
  order: number;
  timeoutMs: number;
  /** Imports the handler; a coded error that names the plugin otherwise. */
  load(): Promise<HookHandler<H>>;
}

/** A package that was read. */
export interface DiagnosedPackage {
  name: string;
  version: string;
  source: PluginSource;
  /** As the manifest has it; empty when it could not be read. */
  api: string;
  state: Diagnosis;
  contributions: ContributionEntry[];
  hooks: { hook: HookName; module: string; order: number; timeoutMs: number }[];
}

export interface ContributionTypes {
  driver: DriverContribution;
  agent: AgentContribution;
  gpu: GpuStrategyContribution;
  probe: ProbeContribution;
}

export interface Loaded<K extends ContributionKind> {
  /** `name@version`. */
  plugin: string;
  contribution: ContributionTypes[K];
}

/** What the registry needs of the world. */
export interface PluginFiles {
  readFile(path: string): Promise<string>;
  /** Rejects when there is nothing. */
  realpath(path: string): Promise<string>;
  /** Namespace object of the module at an absolute path. */
  importModule(path: string): Promise<Record<string, unknown>>;
}
