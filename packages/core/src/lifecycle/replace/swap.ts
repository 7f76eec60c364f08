import { isCodedError } from '@nemoclaw/plugin-api';
import { codedError } from '../../errors/index.ts';
import { waitForTools } from '../isolation.ts';
import { waitForGateway } from '../onboard/agent.ts';
import { planOf, recordOf } from '../onboard/data.ts';
import type { ReplaceData, ReplaceStep, ReplaceTools } from './data.ts';
import { refuseLostWorkload, removeReplacement } from './remove.ts';
import { configureFor } from './supervisor-config.ts';

/**
 * Somebody removed the old container meanwhile: there is nothing to bring back, and an undo that insisted would never end.
 * What is left is a sandbox whose container is missing, which `recover` makes anew.
 */
const isGone = async (tools: ReplaceTools, data: ReplaceData, signal: AbortSignal): Promise<boolean> =>
  (await tools.driver.inspect(data.incumbent.id, { signal })) === undefined;

/** Until the replacement is committed no engine that comes back may start either of the two by itself. */
export const holdStep = (tools: ReplaceTools): ReplaceStep => ({
  id: 'hold',
  title: 'Take the restart policy of the running container away',
  async run({ data, signal }) {
    await tools.driver.setRestartPolicy(data.incumbent.id, 'no', { signal });
  },
  async undo({ data, signal }) {
    if (await isGone(tools, data, signal)) return;
    await tools.driver.setRestartPolicy(data.incumbent.id, data.incumbentPolicy, { signal });
  },
});

/** True when the engine has said what became of it; a broken connection, an interruption or a bound that ran out says nothing. */
const isAnswer = (error: unknown): boolean => isCodedError(error) && typeof error.details?.status === 'number';

/** `note` is told whether the engine answered: what it did not answer may still be under way. */
const answered = async (call: Promise<void>, note: (said: boolean) => void): Promise<void> => {
  try {
    await call;
    note(true);
  } catch (error) {
    note(isAnswer(error));
    throw error;
  }
};

const STOP_SECONDS = 30;

export const stopStep = (tools: ReplaceTools): ReplaceStep => ({
  id: 'stop',
  title: 'Stop the running container',
  async run({ data, save, signal }) {
    data.stopAsked = true;
    await save();
    await answered(tools.driver.stop(data.incumbent.id, { timeoutSeconds: STOP_SECONDS, signal }), (said) => {
      data.stopAnswered = said;
    });
  },
  async undo({ data, signal }) {
    const { driver } = tools;
    const { id } = data.incumbent;
    await refuseLostWorkload(tools, data);
    if (!data.incumbentRan || (await isGone(tools, data, signal))) return;
    // While it stops it runs, and a start of what runs does nothing.
    if (data.stopAsked && !data.stopAnswered) await driver.stop(id, { timeoutSeconds: STOP_SECONDS, signal });
    await driver.start(id, { signal });
  },
});

export const configureStep = (tools: ReplaceTools): ReplaceStep => ({
  id: 'configure',
  title: 'Seal the configuration for the replacement',
  async run({ data, signal }) {
    await configureFor(tools, data, { generation: data.generations.agent, groups: planOf(data).groups }, signal);
  },
  async undo({ data, signal }) {
    const { generation } = data.incumbent;
    await configureFor(tools, data, { generation, groups: data.incumbentGroups }, signal);
  },
});

const nameOf = async (tools: ReplaceTools, id: string, signal: AbortSignal): Promise<string> => {
  const container = await tools.driver.inspect(id, { signal });
  if (container) return container.name;
  throw codedError('INSTANCE_MISSING', { message: `Container ${id.slice(0, 12)} is gone while it is being replaced.` });
};

/** The same name again is refused by the engine, so it is asked first; a rename that was cut off is old or new, never both. */
const rename = async (tools: ReplaceTools, id: string, name: string, signal: AbortSignal): Promise<void> => {
  if ((await nameOf(tools, id, signal)) !== name) await tools.driver.rename(id, name, { signal });
};

export const renameStep = (tools: ReplaceTools): ReplaceStep => ({
  id: 'rename',
  title: 'Give the replacement the name of the sandbox',
  async run({ data, signal }) {
    await rename(tools, data.incumbent.id, data.backupName, signal);
    await rename(tools, data.agentId, data.canonicalName, signal);
  },
  async undo({ data, signal }) {
    // It may have the name that the incumbent gets back.
    await removeReplacement(tools, data, signal);
    if (!(await isGone(tools, data, signal))) await rename(tools, data.incumbent.id, data.canonicalName, signal);
  },
});

/** Healthy is the agent, not merely its container. */
export const startReplacementStep = (tools: ReplaceTools): ReplaceStep => ({
  id: 'start',
  title: 'Start the replacement and wait for the agent',
  async run({ data, save, signal, note }) {
    data.startAsked = true;
    await save();
    const { services, driver } = tools;
    await answered(driver.start(data.agentId, { signal }), (said) => {
      data.startAnswered = said;
    });
    const status = await waitForGateway({ services, driver, containerId: data.agentId, signal });
    const at = services.clock.now().toISOString();
    const summary = `${status.agent} ${status.agentVersion} started, pid ${status.gateway?.pid}`;
    recordOf(data).proofs.gateway = { at, summary };
    // Until then its commands fail.
    if (status.tools) await waitForTools({ services, driver, containerId: data.agentId, signal });
    note(summary);
  },
  async undo({ data, signal }) {
    await removeReplacement(tools, data, signal);
    await refuseLostWorkload(tools, data);
  },
});
