import { LABELS } from '@nemoclaw/plugin-api';
import type { CallOptions, UpgradeResult } from '../../api/nemoclaw.ts';
import { codedError } from '../../errors/index.ts';
import { runOperation } from '../../operations/run.ts';
import { failureReporter } from '../failure.ts';
import { ensureImages, type SandboxImages } from '../images.ts';
import { memoryOf } from '../isolation.ts';
import { observeOwnership } from '../observe.ts';
import { asJson, recordOf } from '../onboard/data.ts';
import { type OnboardTools, toolsFor } from '../onboard/tools.ts';
import { operationOptions, withLock } from '../operation-options.ts';
import { heal } from '../recover/heal.ts';
import { renewedLeaf } from '../renew-leaf.ts';
import { withEnding } from '../replace/ending.ts';
import { newReplaceData } from '../replace/new-data.ts';
import { replaceOperation } from '../replace/operation.ts';
import { type KnownSandbox, knownSandbox, refuseWhilePending, runningContainer, runningRelay } from '../resolve.ts';
import type { Services } from '../services.ts';
import { agentSpec } from '../specs.ts';
import { UPGRADE } from './name.ts';
import { planAfter, recordAfter } from './record-after.ts';

/** The agent's container by one of the new image: proved, or all is as it was. */
const replaceAgent = async (
  tools: OnboardTools,
  known: KnownSandbox,
  images: SandboxImages,
  plugin: string,
  options: CallOptions,
): Promise<{ notes: string[]; warnings: string[] }> => {
  const { services, driver, agent } = tools;
  const { record, ownership } = known;
  const { name } = record;
  const incumbent = await runningContainer(services, driver, known, options.signal);
  await runningRelay(services, driver, known, options.signal);
  const recorded = await services.store.readPlan(name);
  if (!recorded)
    throw codedError('STATE_UNREADABLE', {
      message: `The plan that ${name} was created by (${services.store.paths(name).plan}) is missing.`,
    });
  const made = newReplaceData({
    why: UPGRADE,
    known,
    incumbent,
    generation: incumbent.labels[LABELS.generation] ?? '',
    recorded,
    record: recordAfter(record, images, { version: agent.version, plugin }),
  });
  const fresh = agentSpec({
    sandbox: { id: record.sandboxId, name },
    labels: recorded.base.labels,
    image: images.agent.id,
    networkId: ownership.resources.network?.id ?? '',
    memoryBytes: memoryOf(agent, record.agent.isolation),
  });
  const data = {
    ...made,
    reseal: true,
    agentImage: images.agent.id,
    basePlan: asJson(planAfter(fresh, recorded.base)),
  };
  try {
    const { notes, warnings } = await runOperation(replaceOperation(tools, data), {
      ...operationOptions(services, options),
      ...failureReporter({
        services,
        driver,
        name,
        operation: UPGRADE,
        onProgress: options.onProgress,
        hookInput: () => ({
          sandbox: { id: data.sandboxId, name },
          operation: data.operationId,
          agent: record.agent.id,
        }),
        containers: () => ({ replacement: data.agentId, incumbent: data.incumbent.id }),
      }),
    });
    return {
      notes,
      warnings: [...warnings, ...recordOf(data).warnings.filter((line) => !record.warnings.includes(line))],
    };
  } catch (error) {
    throw await withEnding(tools, data, error);
  }
};

const upgradeLocked = async (services: Services, name: string, options: CallOptions): Promise<UpgradeResult> => {
  await refuseWhilePending(services, name);
  const known = await renewedLeaf(services, await knownSandbox(services, name), options);
  const { record } = known;
  const { plugin } = await services.agent(record.agent.id);
  const tools = await toolsFor(services, record.agent.id);
  const images = await ensureImages({
    driver: tools.driver,
    config: services.config,
    agent: tools.agent,
    signal: options.signal ?? new AbortController().signal,
    output: (text) => options.onProgress?.({ type: 'output', step: 'images', text }),
  });
  const agentNew = images.agent.id !== record.image.id;
  const relayNew = images.relay.id !== record.relayImage.id;
  const notes: string[] = [];
  const warnings: string[] = [];
  if (agentNew) {
    const replaced = await replaceAgent(tools, known, images, plugin, options);
    notes.push(...replaced.notes);
    warnings.push(...replaced.warnings);
    await observeOwnership(services, tools.driver, await knownSandbox(services, name));
  }
  if (relayNew) notes.push(...(await heal(tools, name, { actions: [], anew: { relay: true } }, options)).actions);
  const after = (await knownSandbox(services, name)).record;
  return {
    changed: agentNew || relayNew,
    before: { version: record.agent.version, image: record.image.tag },
    after: { version: after.agent.version, image: after.image.tag },
    relay: relayNew,
    record: after,
    warnings,
    notes,
  };
};

/**
 * Brings a sandbox to the images that this program and its plugins make today: its container is replaced where its image is
 * another one, its relay made anew where that is. Where neither is, nothing is touched. INSTANCE_STOPPED,
 * OPERATION_PENDING, and what a replacement fails with, `details.ending` saying what became of the sandbox.
 */
export const upgrade = async (services: Services, input: string, options: CallOptions = {}): Promise<UpgradeResult> => {
  const { name } = (await knownSandbox(services, input)).record;
  return withLock(services, name, UPGRADE, options, () => upgradeLocked(services, name, options));
};
