import type { Operation } from '../../operations/types.ts';
import { egressStep } from '../onboard/network.ts';
import {
  gpuStep,
  inferenceStep,
  ingressStep,
  postReadyStep,
  preflightProbesStep,
  toolsStep,
} from '../onboard/proof.ts';
import { removeThrowAways } from '../onboard/tools.ts';
import { candidateStep } from './candidate.ts';
import { cleanStep, policyStep, replaceCommitStep } from './commit.ts';
import type { ReplaceData, ReplaceStep, ReplaceTools } from './data.ts';
import { forgetSealedStep, resealStep } from './reseal.ts';
import { intentStep, replacementPlanStep, stageStep } from './stage.ts';
import { configureStep, holdStep, renameStep, startReplacementStep, stopStep } from './swap.ts';

/** The network that the relay lives on; it was there before, so no undo takes it away. */
const egressThereStep = (tools: ReplaceTools): ReplaceStep => ({
  ...egressStep(tools),
  async undo({ data, signal }) {
    await removeThrowAways(tools, data, signal);
  },
});

/**
 * One container in place of another, in the order that the engine's behaviour leaves (docs/decisions): the incumbent runs
 * until the replacement is made, neither has a restart policy while both exist, and the old one goes when the agent in the
 * new one is proved. Undone in reverse it brings the incumbent back as it was.
 */
export const replaceOperation = (tools: ReplaceTools, data: ReplaceData): Operation<ReplaceData> => ({
  name: data.why,
  afterCommit: 'warn',
  sandbox: data.name,
  sandboxId: data.sandboxId,
  data,
  steps: [
    egressThereStep(tools),
    preflightProbesStep(tools),
    candidateStep(tools),
    replacementPlanStep(tools),
    intentStep(tools),
    stageStep(tools),
    holdStep(tools),
    stopStep(tools),
    data.reseal ? resealStep(tools) : configureStep(tools),
    renameStep(tools),
    startReplacementStep(tools),
    gpuStep(tools),
    inferenceStep(tools),
    ingressStep(tools),
    toolsStep(tools),
    postReadyStep(tools),
    policyStep(tools),
    replaceCommitStep(tools),
    cleanStep(tools),
    ...(data.reseal ? [forgetSealedStep(tools)] : []),
  ],
});
