import { randomUUID } from 'node:crypto';
import type { ContainerState } from '@nemoclaw/plugin-api';
import type { SandboxPlan, SandboxRecord } from '../../api/records.ts';
import { backupName, canonicalName, stagingName } from '../../ownership/index.ts';
import { asJson } from '../onboard/data.ts';
import type { KnownSandbox } from '../resolve.ts';
import type { ReplaceData } from './data.ts';

/** All that a replacement decides before its first effect. `record` is what is to stand when it is committed. */
export const newReplaceData = (input: {
  why: string;
  known: KnownSandbox;
  incumbent: ContainerState;
  generation: string;
  recorded: SandboxPlan;
  record: SandboxRecord;
}): ReplaceData => {
  const { why, known, incumbent, generation, recorded, record } = input;
  const { sandboxId, name, resources } = known.ownership;
  const nonceOf = (purpose: string) => resources.volumes.find((volume) => volume.purpose === purpose)?.nonce ?? '';
  const replacement = randomUUID();
  return {
    why,
    sandboxId,
    name,
    operationId: randomUUID(),
    generations: {
      agent: replacement,
      relay: resources.relay?.generation ?? '',
      forward: resources.forward?.generation ?? '',
    },
    nonces: {
      state: nonceOf('state'),
      workspace: nonceOf('workspace'),
      tools: nonceOf('tools'),
      sealed: nonceOf('sealed'),
      relay: nonceOf('relay'),
    },
    incumbent: { id: incumbent.id, generation },
    incumbentPolicy: incumbent.restartPolicy === 'unless-stopped' ? 'unless-stopped' : 'no',
    incumbentRan: incumbent.phase === 'running',
    incumbentStartedAt: incumbent.startedAt,
    incumbentGroups: recorded.plan.groups,
    canonicalName: canonicalName(known.ownership),
    stagingName: stagingName(known.ownership, replacement),
    backupName: backupName(known.ownership, generation),
    wantedPolicy: recorded.plan.restartPolicy,
    recordedPlan: asJson(recorded.plan),
    startAsked: false,
    startAnswered: false,
    record: asJson(record),
    basePlan: asJson(recorded.base),
    plan: {},
    gpuPatch: null,
    gpuCandidate: '',
    gpuRequested: [],
    provenance: {},
    helperImage: record.image.base,
    agentImage: record.image.id,
    relayImage: record.relayImage.id,
    agentId: '',
    relayId: resources.relay?.id ?? '',
    forwardId: resources.forward?.id ?? '',
    networkId: resources.network?.id ?? '',
    networkSubnet: '',
    egressMade: false,
    egressId: '',
    egressSubnet: '',
    egressGateway: '',
    forward: record.provider.forward,
    // What was proved of the old container is asked of the new one; what was not, is not asked now either.
    smoke: known.record.agent.isolationProof === 'proved',
    answer: '',
    results: [],
  };
};
