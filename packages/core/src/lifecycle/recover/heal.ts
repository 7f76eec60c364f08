import { CodedError, isCodedError } from '@nemoclaw/plugin-api';
import type { CallOptions, RecoverResult } from '../../api/nemoclaw.ts';
import { toCodedError } from '../../errors/index.ts';
import { runOperation } from '../../operations/run.ts';
import { failureReporter } from '../failure.ts';
import { observeOwnership } from '../observe.ts';
import { type OnboardTools, removeThrowAways } from '../onboard/tools.ts';
import { operationOptions } from '../operation-options.ts';
import { knownSandbox, unresolved } from '../resolve.ts';
import type { Change } from './change.ts';
import { isOfAnotherPlan, look, planRepair, type Repair } from './look.ts';
import { healOperation } from './operation.ts';
import { anewInstead, type Part } from './second-try.ts';
import { settleOwnership } from './settle.ts';
import { leftoverLine } from './tell.ts';

/** Healing takes nothing back, whatever the operation says of its undo. */
const stays = (error: unknown, program: string, name: string): CodedError => {
  const first = toCodedError(error);
  const line = `What was healed so far stays: run \`${program} ${name} recover\` again.`;
  const hint = first.code === 'INTERRUPTED' || first.hint === undefined ? line : `${first.hint}\n${line}`;
  const details = { ...first.details, undo: 'not needed' };
  const told = new CodedError(first.code, { message: first.message, hint, details, cause: error });
  told.plugin = first.plugin;
  return told;
};

/** What a heal begins from, beside what it sees. */
export interface HealStart {
  /** What was done before it. */
  actions: string[];
  /** Made anew although they seem to be there. */
  anew?: Partial<Repair>;
  change?: Change | undefined;
  /** Goes on with an empty volume where the agent's state is gone. */
  acceptEmpty?: boolean;
  /** What was made anew because it could not be brought back as it was. */
  tried?: readonly Part[];
}

/** Makes and starts what is missing of a sandbox that once was ready, and proves it again. */
export const heal = async (
  tools: OnboardTools,
  name: string,
  start: HealStart,
  options: CallOptions,
): Promise<RecoverResult> => {
  const { services } = tools;
  const signal = options.signal ?? new AbortController().signal;
  const settled = await settleOwnership(tools, name, signal);
  const found = await knownSandbox(services, name);
  const { change, tried = [] } = start;
  const known = { ...found, record: change?.record ?? found.record };
  const { record } = known;
  const cleared = await removeThrowAways(tools, record, signal);
  const seen = await look(tools.driver, known, tools.homeId, signal);
  if (seen.agent.state !== 'present' && seen.agent.state !== 'missing' && seen.agent.state !== 'unfinished') {
    await observeOwnership(services, tools.driver, known, signal);
    throw unresolved(name, services.options.program, seen.agent);
  }
  const recorded = await services.store.readPlan(name);
  const repair = {
    ...planRepair(seen, record.provider.forward),
    ...(isOfAnotherPlan(seen.agent, recorded) ? { agent: true } : {}),
    ...start.anew,
  };
  const done = cleared.map(leftoverLine);
  const operation = healOperation(tools, known, {
    seen,
    repair,
    recorded,
    change,
    acceptEmpty: start.acceptEmpty ?? false,
    tell: (action) => done.push(action),
  });
  const { data } = operation;
  const doneSoFar = [...start.actions, ...settled, ...(change?.actions ?? [])];
  try {
    await runOperation(operation, {
      ...operationOptions(services, options),
      ...failureReporter({
        services,
        onProgress: options.onProgress,
        driver: tools.driver,
        name,
        operation: operation.name,
        hookInput: () => ({
          sandbox: { id: record.sandboxId, name },
          operation: operation.name,
          agent: record.agent.id,
        }),
        containers: () => ({ agent: data.agentId, relay: data.relayId, forward: data.forwardId }),
      }),
    });
  } catch (error) {
    const second = isCodedError(error) && !signal.aborted ? anewInstead(error, repair, tried) : undefined;
    if (!second) throw stays(error, services.options.program, name);
    const actions = [...doneSoFar, ...done, second.because];
    options.onProgress?.({ type: 'note', level: 'info', text: second.because });
    const again = {
      acceptEmpty: start.acceptEmpty ?? false,
      actions,
      anew: { [second.part]: true },
      tried: [...tried, second.part],
    };
    return heal(tools, name, again, options);
  }
  await observeOwnership(services, tools.driver, await knownSandbox(services, name), signal, 'healed');
  const actions = [...doneSoFar, ...done];
  return { verdict: actions.length === 0 ? 'nothing_to_do' : 'healthy', actions };
};
