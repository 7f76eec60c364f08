import type { CallOptions, UpgradeResult } from '../../api/nemoclaw.ts';
import { ensureImages, type SandboxImages } from '../images.ts';
import { memoryOf } from '../isolation.ts';
import { observeOwnership } from '../observe.ts';
import { asJson } from '../onboard/data.ts';
import { type OnboardTools, toolsFor } from '../onboard/tools.ts';
import { withLock } from '../operation-options.ts';
import { heal } from '../recover/heal.ts';
import { renewedLeaf } from '../renew-leaf.ts';
import { newReplaceData } from '../replace/new-data.ts';
import { incumbentOf, runReplacement } from '../replace/run.ts';
import { type KnownSandbox, knownSandbox, refuseWhilePending } from '../resolve.ts';
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
  const { services, agent } = tools;
  const { record, ownership } = known;
  const { name } = record;
  const from = await incumbentOf(services, known, options.signal);
  const made = newReplaceData({
    why: UPGRADE,
    known,
    ...from,
    record: recordAfter(record, images, { version: agent.version, plugin }),
  });
  const fresh = agentSpec({
    sandbox: { id: record.sandboxId, name },
    labels: from.recorded.base.labels,
    image: images.agent.id,
    networkId: ownership.resources.network?.id ?? '',
    memoryBytes: memoryOf(agent, record.agent.isolation),
  });
  const data = {
    ...made,
    reseal: true,
    agentImage: images.agent.id,
    basePlan: asJson(planAfter(fresh, from.recorded.base)),
  };
  return runReplacement(tools, data, record, options);
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
