import { randomBytes, randomUUID } from 'node:crypto';
import type { OnboardInput } from '../../api/nemoclaw.ts';
import type { SandboxRecord } from '../../api/records.ts';
import { asJson, type OnboardData } from './data.ts';
import type { Preflight } from './preflight.ts';

const nonce = (): string => randomBytes(16).toString('hex');

/** Everything that an onboard decides before its first effect: names, generations, nonces and the record with nothing proved. */
export const newOnboardData = (preflight: Preflight, input: OnboardInput, now: Date): OnboardData => {
  const sandboxId = randomUUID();
  const { contribution } = preflight.agent;
  // A GPU that comes by replacing the container comes when the sandbox stands.
  const later = preflight.gpu.bids.find(({ strategy }) => strategy === preflight.gpu.chosen)?.activation === 'replace';
  const record: SandboxRecord = {
    version: 1,
    sandboxId,
    name: preflight.name,
    createdAt: now.toISOString(),
    phase: 'creating',
    agent: {
      id: contribution.id,
      version: contribution.version,
      plugin: preflight.agent.plugin,
      profile: preflight.profile.profile.id,
      isolation: preflight.isolation.mode.mode,
      isolationProof: 'declared',
      isolationReason: preflight.isolation.why,
    },
    driver: preflight.driver,
    image: { id: '', tag: '', base: '', parent: '' },
    relayImage: { id: '', tag: '' },
    provider: {
      id: preflight.provider.record.id,
      endpoint: preflight.provider.relayBaseUrl,
      model: preflight.provider.model,
      contextTokens: preflight.provider.contextTokens,
      credential: input.credential !== undefined,
      forward: input.forward,
    },
    ingressPort: preflight.ingressPort,
    ...(input.ingressPort === undefined ? {} : { ingressPortNamed: true }),
    gpu: {
      mode: input.gpu === 'off' ? 'off' : input.gpu === 'auto' ? 'auto' : 'strategy',
      strategy: later ? null : preflight.gpu.chosen,
      reason: preflight.gpu.reason,
      requested: input.gpuDevices ?? [],
    },
    proofs: {},
    warnings: [...preflight.warnings],
    certificateNotAfter: now.toISOString(),
  };
  return {
    sandboxId,
    name: preflight.name,
    operationId: randomUUID(),
    generations: { agent: randomUUID(), relay: randomUUID(), forward: randomUUID() },
    nonces: { state: nonce(), workspace: nonce(), tools: nonce(), sealed: nonce(), relay: nonce() },
    record: asJson(record),
    forward: input.forward,
    smoke: input.smoke,
    gpuRequested: [],
    egressMade: false,
    egressId: '',
    egressSubnet: '',
    egressGateway: '',
    networkId: '',
    networkSubnet: '',
    helperImage: '',
    relayImage: '',
    agentImage: '',
    forwardId: '',
    relayId: '',
    agentId: '',
    plan: {},
    basePlan: {},
    gpuPatch: null,
    gpuCandidate: '',
    provenance: {},
    answer: '',
    results: [],
  };
};
