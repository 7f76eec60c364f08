import type { ContainerSpec, GpuProof, IsoTime, PlanPatch, ProbeResult } from '@nemoclaw/plugin-api';

/** `sandbox.json`: what the user asked for and what is proved, with times. Validated by `state/schemas.ts`. */
export interface SandboxRecord {
  version: 1;
  sandboxId: string;
  name: string;
  createdAt: IsoTime;
  /** `creating` until everything was proved; `ready` after commit. */
  phase: 'creating' | 'ready' | 'destroying';
  agent: {
    id: string;
    version: string;
    plugin: string;
    profile: string;
    isolation: 'shared' | 'separate';
    isolationProof: 'declared' | 'proved';
    /** Why that isolation, in words with numbers; absent in records from before it was kept. */
    isolationReason?: string;
  };
  driver: string;
  image: { id: string; tag: string; base: string; parent: string };
  relayImage: { id: string; tag: string };
  provider: {
    id: string;
    endpoint: string;
    model: string;
    contextTokens: number;
    credential: boolean;
    forward: boolean;
  };
  /** Host port of ingress on 127.0.0.1. */
  ingressPort: number;
  /** True when the user named that port: then it is never moved to another one. */
  ingressPortNamed?: boolean;
  gpu: { mode: 'off' | 'auto' | 'strategy'; strategy: string | null; reason: string; requested: string[] };
  proofs: {
    gateway?: { at: IsoTime; summary: string };
    inference?: { at: IsoTime; summary: string; probe: ProbeResult };
    chat?: { at: IsoTime; summary: string; elapsedMs: number };
    gpu?: GpuProof;
    bridge?: { at: IsoTime; summary: string; probe: ProbeResult };
    /** One answer of the agent's own to the host, through the relay. */
    ingress?: { at: IsoTime; summary: string };
    /** As whom the agent's own command tool ran, seen from outside. */
    tools?: { at: IsoTime; summary: string; uid: number };
  };
  warnings: string[];
  certificateNotAfter: IsoTime;
}

export interface OwnershipJournal {
  version: 1;
  sandboxId: string;
  name: string;
  authoritative: { id: string; generation: string } | null;
  retired: { id: string; generation: string; name: string }[];
  creating: { generation: string } | null;
  intent: {
    incumbent: { id: string; generation: string };
    replacement: { generation: string; id?: string };
    backupName: string;
    operation: string;
  } | null;
  resources: {
    relay: { id: string; generation: string } | null;
    forward: { id: string; generation: string } | null;
    network: { id: string } | null;
    volumes: { name: string; nonce: string; purpose: 'state' | 'workspace' | 'tools' | 'sealed' | 'relay' }[];
  };
}

/** `plan.json`: what the agent's container was created by, and the parts that it was made of; a replacement starts from it. */
export interface SandboxPlan {
  version: 1;
  sandboxId: string;
  name: string;
  /** As core made it, before any plugin had a say. */
  base: ContainerSpec;
  gpu: { strategy: string /** Which of its ways. */; candidate: string | null; patch: PlanPatch } | null;
  /** With everything: what the engine was asked for. */
  plan: ContainerSpec;
  /** Field of the plan → plugin that set it. */
  provenance: Record<string, string>;
}
