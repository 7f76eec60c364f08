import { codedError } from '../../errors/index.ts';
import { findGeneration } from '../onboard/tools.ts';
import type { ReplaceData, ReplaceTools } from './data.ts';
import { workloadOf } from './lost-start.ts';

/**
 * Takes the replacement away. Where its start was asked for and nobody heard the answer, the engine may have lost sight of
 * what it started: asking it to start once more makes it take hold of that again, so that the removal ends it.
 */
export const removeReplacement = async (tools: ReplaceTools, data: ReplaceData, signal: AbortSignal): Promise<void> => {
  const { driver } = tools;
  const found = await findGeneration(tools, data, data.generations.agent, signal);
  if (!found) return;
  if (data.startAsked && !data.startAnswered && found.phase === 'created')
    await driver.start(found.id, { signal }).catch(() => undefined);
  await driver.remove(found.id, { force: true, signal });
};

/** Fails closed: the incumbent must not be started beside a workload that the engine no longer knows. */
export const refuseLostWorkload = async (tools: ReplaceTools, data: ReplaceData): Promise<void> => {
  if (!data.startAsked || data.startAnswered || data.agentId === '') return;
  // Behind a virtual machine its processes are not ours to see; there the lock on the state volume is the guard.
  if ((await tools.driver.capabilities()).hostAddress !== 'direct') return;
  const pids = await workloadOf(data.agentId);
  if (pids.length > 0)
    throw codedError('OWNERSHIP_CONFLICT', {
      message: `The engine lost sight of container ${data.agentId.slice(0, 12)}, whose processes still run: ${pids.join(', ')}.`,
      hint: `End them (\`sudo kill -9 ${pids.join(' ')}\`), then run \`${tools.services.options.program} ${data.name} recover\`.`,
      details: { containerId: data.agentId, pids },
    });
};
