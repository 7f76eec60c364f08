import { isCodedError } from '@nemoclaw/plugin-api';
import type { CallOptions, RecoverInput, RecoverResult } from '../../api/nemoclaw.ts';
import type { SandboxRecord } from '../../api/records.ts';
import { codedError } from '../../errors/index.ts';
import { resumeOperation } from '../../operations/run.ts';
import type { Operation, OperationJournal } from '../../operations/types.ts';
import { parseSandboxName } from '../../state/names.ts';
import { type DestroyData, destroyLocked, destroyOperation } from '../destroy.ts';
import { GPU_SET } from '../gpu/set.ts';
import type { OnboardData } from '../onboard/data.ts';
import { recordOf } from '../onboard/data.ts';
import { onboardOperation } from '../onboard/operation.ts';
import { type OnboardTools, toolsFor } from '../onboard/tools.ts';
import { operationOptions, withLock } from '../operation-options.ts';
import type { ReplaceData } from '../replace/data.ts';
import { replaceOperation } from '../replace/operation.ts';
import { knownSandbox } from '../resolve.ts';
import type { Services } from '../services.ts';
import { UPGRADE } from '../upgrade/name.ts';
import { plannedChange } from './change.ts';
import { heal } from './heal.ts';
import { withWayOut } from './where-else.ts';

/** The operation that a journal tells of, or undefined where the journal holds nothing to finish or take back. */
const reopen = async (
  services: Services,
  journal: OperationJournal,
): Promise<Operation<OnboardData> | Operation<ReplaceData> | Operation<DestroyData> | undefined> => {
  switch (journal.operation) {
    case 'onboard': {
      const data = journal.data as OnboardData;
      return onboardOperation(await toolsFor(services, recordOf(data).agent.id), data, undefined);
    }
    case 'destroy':
      return destroyOperation(services, journal.data as DestroyData);
    case GPU_SET:
    case UPGRADE: {
      const data = journal.data as ReplaceData;
      return replaceOperation(await toolsFor(services, recordOf(data).agent.id), data);
    }
    // A restart changes nothing that outlives it, and healing starts from what is there: both are begun anew.
    case 'gateway-restart':
    case 'recover':
      return undefined;
    default:
      throw codedError('NOT_SUPPORTED', {
        message: `This version knows no operation ${journal.operation}; a newer one began it.`,
      });
  }
};

/** What an operation leaves behind: nothing at all, or a sandbox that has yet to be looked at. */
const isGone = (operation: string, direction: 'forward' | 'back'): boolean => {
  switch (operation) {
    case 'onboard':
      return direction === 'back';
    case 'destroy':
      return direction === 'forward';
    default:
      return false;
  }
};

const finishPending = async (
  services: Services,
  journal: OperationJournal,
  name: string,
  options: CallOptions,
): Promise<{ gone: boolean; action: string }> => {
  const { store } = services;
  const operation = await reopen(services, journal);
  if (!operation) {
    await store.clearOperation(name);
    return { gone: false, action: `closed the unfinished ${journal.operation}` };
  }
  const { direction } = await resumeOperation(
    operation as Operation<never>,
    journal,
    operationOptions(services, options),
  );
  const gone = isGone(journal.operation, direction);
  if (gone) await store.removeSandbox(name);
  return {
    gone,
    action: `${direction === 'forward' ? 'finished the' : 'took back the unfinished'} ${journal.operation} of ${name}`,
  };
};

/** The sandbox's agent plugin; nothing can be made, configured or proved without it, so nothing is touched. */
const healTools = async (services: Services, { name, agent }: SandboxRecord): Promise<OnboardTools> => {
  try {
    return await toolsFor(services, agent.id);
  } catch (error) {
    if (!isCodedError(error) || error.code !== 'AGENT_UNKNOWN') throw error;
    const { program } = services.options;
    throw codedError('AGENT_UNKNOWN', {
      message: `Sandbox ${name} runs the agent ${agent.id} of plugin ${agent.plugin}, which is not installed any more; nothing was touched.`,
      hint: `\`${program} plugins install ${agent.plugin}\`, then \`${program} ${name} recover\` again. \`${program} ${name} destroy\` works without it.`,
      details: { agent: agent.id, plugin: agent.plugin },
      cause: error,
    });
  }
};

/** From any state to one healthy sandbox, or to none where it never came to be; says what it did. */
export const recover = async (
  services: Services,
  input: string,
  options: CallOptions & RecoverInput = {},
): Promise<RecoverResult> => {
  const { store } = services;
  const name = parseSandboxName(input);
  const signal = options.signal ?? new AbortController().signal;
  if (options.credential !== undefined) services.redactor.learn(options.credential);
  const pending = await store.readOperation(name);
  // An unknown name gets no lock, unless somebody who had it was killed: taking it clears what that left.
  if (!pending && !(await store.hasTraces(name))) await knownSandbox(services, name);
  return withLock(services, name, 'recover', options, async () => {
    const journal = await store.readOperation(name);
    const done = journal && (await finishPending(services, journal, name, options));
    if (done?.gone) return { verdict: 'removed', actions: [done.action] };
    const { record } = await knownSandbox(services, name);
    if (record.phase !== 'ready') {
      // It never became ready, or was to go, and there is no journal: a crash between the two. What is left of it goes.
      await destroyLocked(services, name, options);
      return { verdict: 'removed', actions: [`removed what was left of ${name} (${record.phase})`] };
    }
    const tools = await healTools(services, record);
    const change = await plannedChange(tools, record, options, signal);
    const start = {
      actions: done ? [done.action] : [],
      anew: change?.anew ?? {},
      change,
      acceptEmpty: options.acceptEmptyState ?? false,
    };
    return withWayOut(tools, record, options, () => heal(tools, name, start, options));
  });
};
