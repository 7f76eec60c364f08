import type { OwnershipJournal, SandboxRecord } from '../api/records.ts';

export const journal = (more: Partial<OwnershipJournal> = {}): OwnershipJournal => ({
  version: 1,
  sandboxId: 's1',
  name: 'demo',
  authoritative: { id: 'c1', generation: 'g1' },
  retired: [],
  creating: null,
  intent: null,
  resources: { relay: { id: 'r1', generation: 'gr' }, forward: null, network: { id: 'n1' }, volumes: [] },
  ...more,
});

export const sandboxRecord = (more: Partial<SandboxRecord> = {}): SandboxRecord => ({
  version: 1,
  sandboxId: 's1',
  name: 'demo',
  createdAt: '2026-11-21T00:00:00.000Z',
  phase: 'ready',
  agent: {
    id: 'claw',
    version: '1.0.0',
    plugin: '@acme/claw@1.0.0',
    profile: 'compact',
    isolation: 'shared',
    isolationProof: 'declared',
  },
  driver: 'a-driver',
  image: { id: 'sha256:a', tag: 'agent:1', base: 'base:1', parent: 'parent:1' },
  relayImage: { id: 'sha256:r', tag: 'relay:1' },
  provider: {
    id: 'llamacpp',
    endpoint: 'http://host.nemoclaw.internal:8080/v1',
    model: 'm',
    contextTokens: 8192,
    credential: false,
    forward: false,
  },
  ingressPort: 18_700,
  gpu: { mode: 'off', strategy: null, reason: 'off', requested: [] },
  proofs: {},
  warnings: [],
  certificateNotAfter: '2027-02-19T00:00:00.000Z',
  ...more,
});
