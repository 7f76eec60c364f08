import type { CallOptions, RecoverResult } from '../../api/nemoclaw.ts';
import { codedError } from '../../errors/index.ts';
import { resumeOperation } from '../../operations/run.ts';
import type { Operation, OperationJournal } from '../../operations/types.ts';
import { parseSandboxName } from '../../state/names.ts';
import { type DestroyData, destroyLocked, destroyOperation } from '../destroy.ts';
import type { OnboardData } from '../onboard/data.ts';
import { recordOf } from '../onboard/data.ts';
import { onboardOperation } from '../onboard/operation.ts';
import { toolsFor } from '../onboard/tools.ts';
import { operationOptions, withLock } from '../operation-options.ts';
import { knownSandbox } from '../resolve.ts';
import type { Services } from '../services.ts';
import { heal } from './heal.ts';

/** The operation that a journal tells of, or undefined where the journal holds nothing to finish or take back. */
const reopen = async (
  services: Services,
  journal: OperationJournal,
): Promise<Operation<OnboardData> | Operation<DestroyData> | undefined> => {
  switch (journal.operation) {
    case 'onboard': {
      const data = journal.data as OnboardData;
      return onboardOperation(await toolsFor(services, recordOf(data).agent.id), data, undefined);
    }
    case 'destroy':
      return destroyOperation(services, journal.data as DestroyData);
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

const finishPending = async (
  services: Services,
  journal: OperationJournal,
  name: string,
  options: CallOptions,
): Promise<RecoverResult | undefined> => {
  const { store } = services;
  const operation = await reopen(services, journal);
  if (!operation) {
    await store.clearOperation(name);
    return undefined;
  }
  const outcome = await resumeOperation(operation as Operation<never>, journal, operationOptions(services, options));
  const gone = outcome.direction === (journal.operation === 'destroy' ? 'forward' : 'back');
  if (!gone) return undefined;
  await store.removeSandbox(name);
  return {
    verdict: 'removed',
    actions: [
      journal.operation === 'destroy'
        ? `finished the destroy of ${name}`
        : `took back the unfinished ${journal.operation} of ${name}`,
    ],
  };
};

/** From any state to one healthy sandbox, or to none where it never came to be; says what it did. */
export const recover = async (services: Services, input: string, options: CallOptions = {}): Promise<RecoverResult> => {
  const { store } = services;
  const name = parseSandboxName(input);
  const pending = await store.readOperation(name);
  if (!pending) await knownSandbox(services, name);
  return withLock(services, name, 'recover', options, async () => {
    const journal = await store.readOperation(name);
    if (journal) {
      const done = await finishPending(services, journal, name, options);
      if (done) return done;
    }
    const { record } = await knownSandbox(services, name);
    if (record.phase !== 'ready') {
      // It never became ready, or was to go, and there is no journal: a crash between the two. What is left of it goes.
      await destroyLocked(services, name, options);
      return { verdict: 'removed', actions: [`removed what was left of ${name} (${record.phase})`] };
    }
    return await heal(services, name, journal ? [`closed the unfinished ${journal.operation}`] : [], options);
  });
};
