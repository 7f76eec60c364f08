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
import { relayStep } from '../onboard/relay.ts';
import { type OnboardStep, type OnboardTools, removeThrowAways, updateOwnership } from '../onboard/tools.ts';
import type { KnownSandbox } from '../resolve.ts';
import { type Change, changeStep } from './change.ts';
import type { Repair, Seen } from './look.ts';
import { refillStep } from './refill.ts';
import { startOthersStep } from './start-others.ts';
import { leftoverLine, type Tell } from './tell.ts';
import { volumesCheckStep } from './volumes.ts';
import { wakeStep } from './wake.ts';

/** The steps' data as they would stand after an onboard of what is still there; what has to be made anew gets a new generation. */
export const healData = (known: KnownSandbox, { seen, repair, recorded }: Healing): OnboardData => {
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
    smoke: false,
    gpuRequested: (recorded?.plan.deviceRequests ?? []).map(asJson),
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

/** Only the agent's own image is another than before where the agent is made anew; what goes on running keeps its record. */
const healImagesStep = (tools: OnboardTools, repair: Repair, tell: Tell): OnboardStep => {
  const step = imagesStep(tools, (tag) => tell(`built ${tag}, which was gone`));
  return {
    ...step,
    async run(io) {
      const record = recordOf(io.data);
      const { image, relayImage } = record;
      await step.run(io);
      if (repair.agent) record.agent.version = tools.agent.version;
      else record.image = image;
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

/** Late: a create that was under way when its asker was killed shows itself when the engine is done with it. */
const tidyStep = (tools: OnboardTools, tell: Tell): OnboardStep => ({
  id: 'tidy',
  title: 'Remove helpers that a crash left behind',
  async run({ data, signal }) {
    for (const name of await removeThrowAways(tools, data, signal)) tell(leftoverLine(name));
  },
});

/** Says what was made, once it is; what a step left undone is not said. */
const telling = (step: OnboardStep, tell: Tell, what: string, made: (data: OnboardData) => boolean): OnboardStep => ({
  ...step,
  async run(io) {
    const before = recordOf(io.data).ingressPort;
    await step.run(io);
    if (made(io.data)) tell(`made ${what} anew`);
    const { ingressPort: after } = recordOf(io.data);
    if (after !== before)
      tell(`moved ingress from 127.0.0.1:${before}, which another program has taken, to 127.0.0.1:${after}`);
  },
});

/** What a recover has seen, and what it is going to do about it. */
export interface Healing {
  seen: Seen;
  repair: Repair;
  recorded: SandboxPlan | undefined;
  change: Change | undefined;
  acceptEmpty: boolean;
  tell: Tell;
}

export const healOperation = (tools: OnboardTools, known: KnownSandbox, healing: Healing): Operation<OnboardData> => {
  const { seen, repair, change, tell } = healing;
  const data = healData(known, healing);
  const made = (step: OnboardStep, what: string, is: (data: OnboardData) => boolean = () => true) =>
    telling(step, tell, what, is);
  const making = Object.values(repair).some(Boolean);
  // One that runs holds its state; whatever else is about to start must not start on another one.
  const runs = seen.agent.state === 'present' && seen.agent.container.phase === 'running';
  const steps = [
    ...(making ? [clearStep(tools, seen, repair), forgetStep(tools, repair)] : []),
    ...(change ? [changeStep(tools, change)] : []),
    ...(making || !seen.helper ? [healImagesStep(tools, repair, tell)] : []),
    ...(repair.egress ? [made(egressStep(tools), 'the egress network')] : []),
    ...(repair.forward
      ? [made(forwardStep(tools), 'the forwarder of the provider’s port', ({ forwardId }) => forwardId !== '')]
      : []),
    ...(repair.network ? [made(networkStep(tools), 'the isolated network')] : []),
    ...(making || !runs ? [volumesCheckStep(tools, healing.acceptEmpty, tell)] : []),
    ...(repair.relay ? [made(relayStep(tools), 'the relay')] : []),
    startOthersStep(tools, repair, tell),
    ...(repair.relay ? [] : [refillStep(tools, tell)]),
    ...(repair.agent ? [planStep(tools), made(createStep(tools), 'the agent’s container')] : [wakeStep(tools, tell)]),
    startStep(tools),
    // After the start: a provider that is away must not keep the agent down.
    preflightProbesStep(tools),
    gpuStep(tools),
    inferenceStep(tools),
    ingressStep(tools),
    ...(repair.agent ? [postReadyStep(tools)] : []),
    tidyStep(tools, tell),
    commitStep(tools),
  ];
  // What an older proof said is not true of what is made anew.
  if (repair.agent) {
    recordOf(data).proofs = {};
    recordOf(data).agent.isolationProof = 'declared';
  }
  return { name: 'recover', sandbox: data.name, data, steps: steps.map(kept) };
};
