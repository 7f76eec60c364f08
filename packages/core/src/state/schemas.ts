import type { JsonObject } from '@nemoclaw/plugin-api';
import { z } from 'zod';

const json: z.ZodType<JsonObject, JsonObject> = z.record(z.string(), z.json());
const text = z.string();
const texts = z.array(text);

// What plugins hand in may carry more than the contract says: that is left out when it is written, not refused when read.
export const probeResult = z.object({
  probe: text,
  status: z.enum(['ok', 'warn', 'fail', 'skipped']),
  code: text,
  layer: z.enum(['dns', 'tcp', 'tls', 'http', 'policy', 'model', 'tool', 'engine']),
  summary: text,
  remedy: texts,
  evidence: json,
  elapsedMs: z.number(),
  errorCode: text.exactOptional(),
});

const deviceRequest = z.object({
  driver: text,
  count: z.number(),
  deviceIds: texts,
  capabilities: z.array(texts),
});

export const gpuProof = z.object({
  result: z.enum(['proved', 'injected', 'failed']),
  requested: z.array(deviceRequest),
  at: text,
  summary: text,
  checks: z.array(
    z.object({
      as: z.enum(['gateway', 'tools']),
      name: z.enum(['device_nodes', 'nvidia_smi', 'comm_write', 'cu_init']),
      outcome: z.enum(['ok', 'failed', 'skipped']),
      detail: text,
    }),
  ),
  evidence: json,
  remedy: texts,
});

const provedAt = { at: text, summary: text };

// What is ours is strict: a field that this version does not know would be lost with the next write.
export const sandboxRecordSchema = z.strictObject({
  version: z.literal(1),
  sandboxId: text,
  name: text,
  createdAt: text,
  phase: z.enum(['creating', 'ready', 'destroying']),
  agent: z.strictObject({
    id: text,
    version: text,
    plugin: text,
    profile: text,
    isolation: z.enum(['shared', 'separate']),
    isolationProof: z.enum(['declared', 'proved']),
    isolationReason: text.exactOptional(),
  }),
  driver: text,
  image: z.strictObject({ id: text, tag: text, base: text, parent: text }),
  relayImage: z.strictObject({ id: text, tag: text }),
  provider: z.strictObject({
    id: text,
    endpoint: text,
    model: text,
    contextTokens: z.number(),
    credential: z.boolean(),
    forward: z.boolean(),
  }),
  relayBehind: z.boolean().exactOptional(),
  ingressPort: z.number(),
  ingressPortNamed: z.boolean().exactOptional(),
  gpu: z.strictObject({
    mode: z.enum(['off', 'auto', 'strategy']),
    strategy: text.nullable(),
    reason: text,
    requested: texts,
  }),
  proofs: z.strictObject({
    gateway: z.strictObject(provedAt).exactOptional(),
    inference: z.strictObject({ ...provedAt, probe: probeResult }).exactOptional(),
    chat: z.strictObject({ ...provedAt, elapsedMs: z.number() }).exactOptional(),
    gpu: gpuProof.exactOptional(),
    bridge: z.strictObject({ ...provedAt, probe: probeResult }).exactOptional(),
    ingress: z.strictObject(provedAt).exactOptional(),
    tools: z.strictObject({ ...provedAt, uid: z.number() }).exactOptional(),
  }),
  warnings: texts,
  certificateNotAfter: text,
});

const instance = z.strictObject({ id: text, generation: text });

export const ownershipJournalSchema = z.strictObject({
  version: z.literal(1),
  sandboxId: text,
  name: text,
  authoritative: instance.nullable(),
  retired: z.array(z.strictObject({ id: text, generation: text, name: text })),
  creating: z.strictObject({ generation: text }).nullable(),
  intent: z
    .strictObject({
      incumbent: instance,
      replacement: z.strictObject({ generation: text, id: text.exactOptional() }),
      backupName: text,
      operation: text,
    })
    .nullable(),
  resources: z.strictObject({
    relay: instance.nullable(),
    forward: instance.nullable(),
    network: z.strictObject({ id: text }).nullable(),
    volumes: z.array(
      z.strictObject({ name: text, nonce: text, purpose: z.enum(['state', 'workspace', 'tools', 'sealed', 'relay']) }),
    ),
  }),
});

export const sandboxEventsSchema = z.strictObject({
  version: z.literal(1),
  name: text,
  events: z.array(
    z.strictObject({
      reason: z.enum([
        'ReplacementPending',
        'IdentityConflict',
        'InstanceMissing',
        'OwnershipUnresolved',
        'OwnershipPersistFailed',
        'StateMissing',
        'Stranger',
        'LeftoverBackup',
      ]),
      level: z.enum(['warning', 'error']),
      ids: texts,
      message: text,
      containers: z.array(z.strictObject({ id: text, name: text, labels: z.record(z.string(), text) })),
      firstAt: text,
      lastAt: text,
      count: z.number(),
      active: z.boolean(),
    }),
  ),
});

/** The specs are the driver's contract, which may grow: what is in them is judged by the driver and the engine. */
export const sandboxPlanSchema = z.strictObject({
  version: z.literal(1),
  sandboxId: text,
  name: text,
  base: json,
  gpu: z.strictObject({ strategy: text, candidate: text.nullable(), patch: json }).nullable(),
  plan: json,
  provenance: z.record(z.string(), text),
  secretKeys: texts.exactOptional(),
});

export const operationJournalSchema = z.strictObject({
  version: z.literal(1),
  operation: text,
  sandbox: text,
  sandboxId: text.exactOptional(),
  startedAt: text,
  pid: z.number(),
  committed: z.boolean(),
  direction: z.enum(['forward', 'back']),
  steps: z.array(
    z.strictObject({
      id: text,
      state: z.enum(['pending', 'running', 'done', 'skipped', 'undoing', 'undone', 'undo-failed']),
    }),
  ),
  data: json,
});
