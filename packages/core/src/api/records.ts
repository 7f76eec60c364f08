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
  /** What the relay has to know was changed here, and it may not have heard of it. */
  relayBehind?: boolean;
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

/** In these the sandbox is not ready, whatever else is known of it; all but the first are errors. */
export type OwnershipStatus =
  | 'ReplacementPending'
  | 'IdentityConflict'
  | 'InstanceMissing'
  | 'OwnershipUnresolved'
  | 'OwnershipPersistFailed';

/** Something that was seen of a sandbox's containers; the same reason and ids are the same event. */
export interface SandboxEvent {
  /** `Stranger`: carries its labels and was not made for it. `LeftoverBackup`: was replaced and not yet removed. */
  reason: OwnershipStatus | 'StateMissing' | 'Stranger' | 'LeftoverBackup';
  level: 'warning' | 'error';
  /** Sorted. */
  ids: string[];
  message: string;
  /** The containers that it is about, with the labels that they carry. */
  containers: { id: string; name: string; labels: Record<string, string> }[];
  firstAt: IsoTime;
  lastAt: IsoTime;
  count: number;
  /** False once a later look did not see it any more. */
  active: boolean;
}

/** `events.json`: there once something was out of the ordinary. */
export interface SandboxEvents {
  version: 1;
  name: string;
  events: SandboxEvent[];
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
  /** Names of settings that its agent declares to be secret: what reads its logs must know them without the plugin. */
  secretKeys?: string[];
}
