import type { Operation } from '../../operations/types.ts';
import { ensureImages } from '../images.ts';
import { createStep, startStep } from './agent.ts';
import { type OnboardData, recordOf } from './data.ts';
import { egressStep, forwardStep, networkStep } from './network.ts';
import { planStep } from './plan.ts';
import {
  commitStep,
  gpuStep,
  inferenceStep,
  ingressStep,
  postReadyStep,
  preflightProbesStep,
  smokeStep,
  toolsStep,
} from './proof.ts';
import { recordStep } from './record.ts';
import { relayStep } from './relay.ts';
import type { OnboardStep, OnboardTools } from './tools.ts';
import { volumesStep } from './volumes.ts';

/** Images are content-addressed and shared, so they are kept whatever happens next: a second try is quick. */
export const imagesStep = (tools: OnboardTools, onBuilt: (tag: string) => void = () => undefined): OnboardStep => ({
  id: 'images',
  title: 'Build the sandbox images',
  async run({ data, save, signal, output }) {
    const images = await ensureImages({
      driver: tools.driver,
      config: tools.services.config,
      agent: tools.agent,
      signal,
      output,
      onBuilt,
    });
    data.helperImage = images.base.id;
    data.agentImage = images.agent.id;
    data.relayImage = images.relay.id;
    const record = recordOf(data);
    record.image = { ...images.agent, base: images.base.tag, parent: images.parent };
    record.relayImage = images.relay;
    await save();
  },
});

/** The steps that make the sandbox's parts on the engine, in order; `recover` runs them again over what is still there. */
export const buildSteps = (tools: OnboardTools): OnboardStep[] => [
  imagesStep(tools),
  egressStep(tools),
  forwardStep(tools),
  preflightProbesStep(tools),
  networkStep(tools),
  volumesStep(tools),
  relayStep(tools),
  planStep(tools),
  createStep(tools),
  startStep(tools),
];

export const onboardOperation = (
  tools: OnboardTools,
  data: OnboardData,
  credential: string | undefined,
): Operation<OnboardData> => ({
  name: 'onboard',
  sandbox: data.name,
  data,
  steps: [
    recordStep(tools, credential),
    ...buildSteps(tools),
    gpuStep(tools),
    inferenceStep(tools),
    ingressStep(tools),
    toolsStep(tools),
    smokeStep(tools),
    postReadyStep(tools),
    commitStep(tools),
  ],
});
