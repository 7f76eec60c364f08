import type { ContainerSpec, DeviceRequest, JsonObject, ProbeResult } from '@nemoclaw/plugin-api';
import type { SandboxRecord } from '../../api/records.ts';

/**
 * What the steps of an onboard know and hand on; journaled before each effect, so plain JSON and without secrets.
 * A field that names something made (`…Id`, `…Made`) is set by the step that made it.
 */
export interface OnboardData extends JsonObject {
  sandboxId: string;
  name: string;
  operationId: string;
  /** Generations of the containers, chosen before any of them exists: by these a create that a crash hid is found. */
  generations: { agent: string; relay: string; forward: string };
  nonces: { state: string; workspace: string; tools: string; sealed: string; relay: string };
  record: JsonObject;
  forward: boolean;
  smoke: boolean;
  gpuRequested: JsonObject[];
  egressMade: boolean;
  egressId: string;
  egressSubnet: string;
  egressGateway: string;
  networkId: string;
  networkSubnet: string;
  helperImage: string;
  relayImage: string;
  agentImage: string;
  forwardId: string;
  relayId: string;
  agentId: string;
  plan: JsonObject;
  /** The plan before any plugin had a say, and the GPU strategy's part of it. */
  basePlan: JsonObject;
  gpuPatch: JsonObject | null;
  gpuCandidate: string;
  provenance: { [field: string]: string };
  /** Declared by the agent; absent in a journal from before that was asked. */
  secretKeys?: string[];
  answer: string;
  results: JsonObject[];
}

// The journal holds JSON; these give the parts that have a type of their own that type back.
export const recordOf = (data: OnboardData): SandboxRecord => data.record as unknown as SandboxRecord;
export const planOf = (data: OnboardData): ContainerSpec => data.plan as unknown as ContainerSpec;
export const requestedOf = (data: OnboardData): DeviceRequest[] => data.gpuRequested as unknown as DeviceRequest[];
export const resultsOf = (data: OnboardData): ProbeResult[] => data.results as unknown as ProbeResult[];
/** Once: a recover that finds the same again adds nothing. */
export const addWarning = (data: OnboardData, text: string): void => {
  const { warnings } = recordOf(data);
  if (!warnings.includes(text)) warnings.push(text);
};
export const asJson = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;
