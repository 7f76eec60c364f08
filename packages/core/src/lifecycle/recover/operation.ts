import { randomUUID } from 'node:crypto';
import type { SandboxPlan } from '../../api/records.ts';
import type { Operation } from '../../operations/types.ts';
import { createStep, startStep } from '../onboard/agent.ts';
import { asJson, type OnboardData, recordOf } from '../onboard/data.ts';
import { egressStep, forwardStep, networkStep } from '../onboard/network.ts';
import { imagesStep } from '../onboard/operation.ts';
import { planStep } from '../onboard/plan.ts';
import {
  commitStep,
  gpuStep,
  inferenceStep,
  ingressStep,
  postReadyStep,
  preflightProbesStep,
} from '../onboard/proof.ts';
import { relayStep, renewLeafStep, waitForRelay } from '../onboard/relay.ts';
import { type OnboardStep, type OnboardTools, updateOwnership } from '../onboard/tools.ts';
import type { KnownSandbox } from '../resolve.ts';
import type { Repair, Seen } from './look.ts';
import { volumesCheckStep } from './volumes.ts';
import { wakeStep } from './wake.ts';

/** The steps' data as they would stand after an onboard of what is still there; what has to be made anew gets a new generation. */
export const healData = (known: KnownSandbox, seen: Seen, repair: Repair, recorded?: SandboxPlan): OnboardData => {
  const { record, ownership } = known;
  const nonceOf = (purpose: string) =>
    ownership.resources.volumes.find((volume) => volume.purpose === purpose)?.nonce ?? '';
  const { relay, forward } = ownership.resources;
  const gpu = recorded?.gpu?.strategy === record.gpu.strategy ? recorded.gpu : undefined;
  return {
    sandboxId: record.sandboxId,
    name: record.name,
    operationId: randomUUID(),
    generations: {
      agent: repair.agent ? randomUUID() : (ownership.authoritative?.generation ?? randomUUID()),
      relay: repair.relay ? randomUUID() : (relay?.generation ?? randomUUID()),
      forward: repair.forward ? randomUUID() : (forward?.generation ?? randomUUID()),
    },
    nonces: {
      state: nonceOf('state'),
      workspace: nonceOf('workspace'),
      tools: nonceOf('tools'),
      sealed: nonceOf('sealed'),
      relay: nonceOf('relay'),
    },
    record: asJson(record),
    forward: record.provider.forward,
    anyPort: false,
    smoke: false,
    gpuRequested: [],
    egressMade: false,
    egressId: seen.egress?.id ?? '',
    egressSubnet: seen.egress?.subnet ?? '',
    egressGateway: seen.egress?.gateway ?? '',
    networkId: seen.network?.id ?? '',
    networkSubnet: seen.network?.subnet ?? '',
    helperImage: record.image.base,
    relayImage: record.relayImage.id,
    agentImage: record.image.id,
    forwardId: repair.forward ? '' : (forward?.id ?? ''),
    relayId: repair.relay ? '' : (relay?.id ?? ''),
    agentId: repair.agent ? '' : (ownership.authoritative?.id ?? ''),
    plan: {},
    basePlan: {},
    // A GPU that was proved comes back the way it came.
    gpuPatch: gpu ? asJson(gpu.patch) : null,
    gpuCandidate: gpu?.candidate ?? '',
    provenance: {},
    answer: '',
    results: [],
  };
};

/** Healing takes nothing back: what it made stays for the next try. */
const kept = ({ undo: _undo, ...step }: OnboardStep): OnboardStep => step;

const clearStep = (tools: OnboardTools, seen: Seen, repair: Repair): OnboardStep => ({
  id: 'clear',
  title: 'Remove what can’t be started again',
  async run({ signal, note }) {
    const ids = [
      ...(repair.agent && seen.agent.state === 'present' ? [seen.agent.container.id] : []),
      ...(repair.relay && seen.relay ? [seen.relay.id] : []),
      ...(repair.forward && seen.forward ? [seen.forward.id] : []),
      ...seen.unfinished.map(({ id }) => id),
    ];
    for (const id of ids) await tools.driver.remove(id, { force: true, signal });
    note(`${ids.length} containers`);
  },
});

const startOthersStep = (tools: OnboardTools, repair: Repair): OnboardStep => ({
  id: 'start-relay',
  title: 'Start what is stopped',
  async run({ data, signal, note }) {
    const started: string[] = [];
    for (const id of [repair.forward ? '' : data.forwardId, repair.relay ? '' : data.relayId]) {
      if (id === '' || (await tools.driver.inspect(id, { signal }))?.phase === 'running') continue;
      await tools.driver.start(id, { signal });
      started.push(id.slice(0, 12));
    }
    await waitForRelay({ driver: tools.driver, containerId: data.relayId, services: tools.services, signal });
    note(started.length === 0 ? 'nothing was stopped' : started.join(', '));
  },
});

/** Only the agent's own image is another than before where the agent is made anew; what goes on running keeps its record. */
const healImagesStep = (tools: OnboardTools, repair: Repair): OnboardStep => {
  const step = imagesStep(tools);
  return {
    ...step,
    async run(io) {
      const record = recordOf(io.data);
      const { image, relayImage } = record;
      await step.run(io);
      if (!repair.agent) record.image = image;
      if (!repair.relay) record.relayImage = relayImage;
    },
  };
};

const forgetStep = (tools: OnboardTools, repair: Repair): OnboardStep => ({
  id: 'forget',
  title: 'Write down what is made anew',
  async run({ data }) {
    await updateOwnership(tools, data, (journal) => ({
      ...journal,
      ...(repair.agent ? { authoritative: null, creating: { generation: data.generations.agent } } : {}),
    }));
  },
});

export const healOperation = (
  tools: OnboardTools,
  known: KnownSandbox,
  seen: Seen,
  repair: Repair,
  recorded?: SandboxPlan,
): Operation<OnboardData> => {
  const data = healData(known, seen, repair, recorded);
  const making = Object.values(repair).some(Boolean);
  const steps = [
    ...(making ? [clearStep(tools, seen, repair), forgetStep(tools, repair), healImagesStep(tools, repair)] : []),
    ...(repair.egress ? [egressStep(tools)] : []),
    ...(repair.forward ? [forwardStep(tools)] : []),
    ...(repair.network ? [networkStep(tools)] : []),
    ...(making ? [volumesCheckStep(tools)] : []),
    ...(repair.relay ? [relayStep(tools)] : []),
    startOthersStep(tools, repair),
    ...(repair.relay ? [] : [renewLeafStep(tools)]),
    ...(repair.agent ? [planStep(tools), createStep(tools)] : [wakeStep(tools)]),
    startStep(tools),
    // After the start: a provider that is away must not keep the agent down.
    preflightProbesStep(tools),
    ...(repair.agent ? [gpuStep(tools)] : []),
    inferenceStep(tools),
    ingressStep(tools),
    ...(repair.agent ? [postReadyStep(tools)] : []),
    commitStep(tools),
  ];
  // What an older proof said is not true of what is made anew.
  if (repair.agent) {
    recordOf(data).proofs = {};
    recordOf(data).agent.isolationProof = 'declared';
  }
  return { name: 'recover', sandbox: data.name, data, steps: steps.map(kept) };
};
