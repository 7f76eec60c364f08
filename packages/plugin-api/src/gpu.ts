import type { DeviceRequest, EngineFacts } from './driver.ts';
import type { PlanPatch } from './hooks.ts';
import type { IsoTime, JsonObject } from './json.ts';
import type { RunInAgent } from './probe.ts';
import type { RunAs } from './process-identity.ts';

/** What is known about the host, detected once per command; injectable. */
export interface HostFacts {
  engine: EngineFacts;
  wsl: { detected: boolean; evidence: string[] };
  dockerDesktop: boolean;
  jetson: { detected: boolean; model: string; evidence: string[] };
  /** Device nodes that exist on the host, e.g. `/dev/nvidia0`. */
  deviceNodes: string[];
  /** Numeric group of each of them that could be looked at. */
  deviceGroups: Record<string, number>;
}

export interface GpuRequest {
  /** As the user gave it: CDI names, indexes, or empty for a default. */
  devices: string[];
  env: Readonly<Record<string, string | undefined>>;
}

export interface GpuBid {
  strategy: string;
  applicable: boolean;
  /** Higher wins. */
  priority: number;
  reason: string;
  evidence: string[];
  warnings: string[];
  /** `create`: the GPU is part of the create plan. `replace`: the container is replaced once it runs. */
  activation: 'create' | 'replace';
}

/** One way of giving the GPU, where a strategy knows several. */
export interface GpuCandidate {
  id: string;
  /** `CDI device nvidia.com/gpu=0`. */
  title: string;
  patch: PlanPatch;
}

export interface GpuProof {
  /** `proved`: CUDA initialised. `injected`: devices are there, CUDA could not be tested. */
  result: 'proved' | 'injected' | 'failed';
  requested: DeviceRequest[];
  at: IsoTime;
  /** One line for a person. */
  summary: string;
  checks: {
    as: RunAs;
    name: 'device_nodes' | 'nvidia_smi' | 'comm_write' | 'cu_init';
    outcome: 'ok' | 'failed' | 'skipped';
    detail: string;
  }[];
  evidence: JsonObject;
  remedy: string[];
}

export interface GpuStrategyContribution {
  kind: 'gpu';
  id: string;
  title: string;
  /** Pure: same facts, same bid; no I/O. */
  detect(facts: HostFacts, request: GpuRequest): GpuBid;
  /** At pre-create: what the plan needs. */
  prepare(facts: HostFacts, request: GpuRequest): PlanPatch;
  /**
   * Pure. Ways of giving the GPU, the best first, for a strategy that can't know which of them works here: core takes the
   * first with which a throw-away container started and ran, and uses its patch in place of what `prepare` gives.
   */
  candidates?(facts: HostFacts, request: GpuRequest): GpuCandidate[];
  /** From inside the sandbox, as the gateway's and the tools' identity. */
  prove(
    input: { requested: DeviceRequest[]; run: RunInAgent; now: () => Date },
    signal: AbortSignal,
  ): Promise<GpuProof>;
  /** A paragraph for `gpu list` and `gpu explain`. */
  explain(): string;
}
