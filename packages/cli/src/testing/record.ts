import type { SandboxRecord } from '@nemoclaw/core';

/** A sandbox as a finished onboard records it; `changes` replace whole fields. */
export function sandboxRecord(changes: Partial<SandboxRecord> = {}): SandboxRecord {
  return {
    version: 1,
    sandboxId: '0f5c2a34-7c1b-4e0e-9a7c-0d6d3a1b2c3d',
    name: 'demo',
    createdAt: '2026-01-02T03:04:05.000Z',
    phase: 'ready',
    agent: {
      id: 'openclaw',
      version: '2026.9.6',
      plugin: '@nemoclaw/agent-openclaw@0.1.0',
      profile: 'compact',
      isolation: 'shared',
      isolationProof: 'declared',
    },
    driver: 'docker',
    image: { id: 'sha256:aa', tag: 'nemoclaw-agent:aa', base: 'nemoclaw-base:bb', parent: 'debian:trixie' },
    relayImage: { id: 'sha256:cc', tag: 'nemoclaw-relay:cc' },
    provider: {
      id: 'llamacpp',
      endpoint: 'http://host.nemoclaw.internal:8080/v1',
      model: 'SmolLM2-135M-Instruct',
      contextTokens: 8192,
      credential: false,
      forward: false,
    },
    ingressPort: 18801,
    gpu: { mode: 'auto', strategy: null, reason: 'no NVIDIA GPU on this host', requested: [] },
    proofs: {
      gateway: { at: '2026-01-02T03:05:00.000Z', summary: 'started' },
      inference: {
        at: '2026-01-02T03:05:10.000Z',
        summary: "200 from the agent's namespace",
        probe: {
          probe: 'inference-local',
          status: 'ok',
          code: 'ok',
          layer: 'http',
          summary: "200 from the agent's namespace",
          remedy: [],
          evidence: { status: 200 },
          elapsedMs: 12,
        },
      },
    },
    warnings: [],
    certificateNotAfter: '2026-04-02T03:04:05.000Z',
    ...changes,
  };
}
