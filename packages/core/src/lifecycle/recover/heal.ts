import { CodedError, type ContainerPhase, isCodedError, LABELS } from '@nemoclaw/plugin-api';
import type { CallOptions, RecoverResult } from '../../api/nemoclaw.ts';
import type { SandboxPlan } from '../../api/records.ts';
import { toCodedError } from '../../errors/index.ts';
import { runOperation } from '../../operations/run.ts';
import type { Resolution } from '../../ownership/index.ts';
import { failureReporter } from '../failure.ts';
import type { OnboardData } from '../onboard/data.ts';
import { removeThrowAways, toolsFor } from '../onboard/tools.ts';
import { operationOptions } from '../operation-options.ts';
import { knownSandbox, unresolved } from '../resolve.ts';
import type { Services } from '../services.ts';
import { look, planRepair, type Repair, type Seen } from './look.ts';
import { healOperation, TIDY } from './operation.ts';
import { settleOwnership } from './settle.ts';

/** Refusals over sealed files; those are written anew with a container that is made anew. */
const SEALED = new Set(['RESTART_CONFIG_HASH_MISMATCH', 'RESTART_UNSAFE_CONFIG_PATH', 'RESTART_SECRET_BOUNDARY']);

const PARTS: Record<keyof Repair, string> = {
  egress: 'the egress network',
  network: 'the isolated network',
  relay: 'the relay',
  agent: 'the agent’s container',
  forward: 'the forwarder of the provider’s port',
};

/** Pure: what a heal that went well has done. */
export const healActions = (seen: Seen, repair: Repair, data: Pick<OnboardData, 'forwardId'>): string[] => {
  const made = (Object.keys(PARTS) as (keyof Repair)[]).filter(
    // Asked for at onboard and needed only while the provider listens on loopback alone.
    (part) => repair[part] && (part !== 'forward' || data.forwardId !== ''),
  );
  const stopped: [string, boolean, ContainerPhase | undefined][] = [
    ['the agent’s container', repair.agent, seen.agent.state === 'present' ? seen.agent.container.phase : undefined],
    ['the relay', repair.relay, seen.relay?.phase],
    ['the forwarder', repair.forward, seen.forward?.phase],
  ];
  return [
    ...made.map((part) => `made ${PARTS[part]} anew`),
    ...stopped.flatMap(([what, anew, phase]) =>
      anew || phase === undefined || phase === 'running' ? [] : [`started ${what}`],
    ),
  ];
};

/**
 * Pure: a container that was settled for (adopted, or gone back to) is not the one that the recorded plan made: what is
 * recorded of its GPU is not true of it, and the next replacement would find it altered.
 */
export const isOfAnotherPlan = (agent: Resolution, recorded: SandboxPlan | undefined): boolean => {
  const generation = recorded?.plan.labels[LABELS.generation];
  return (
    agent.state === 'present' && generation !== undefined && agent.container.labels[LABELS.generation] !== generation
  );
};

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

/** Makes and starts what is missing of a sandbox that once was ready, and proves it again. */
export const heal = async (
  services: Services,
  name: string,
  actions: string[],
  options: CallOptions,
  anew: Partial<Repair> = {},
): Promise<RecoverResult> => {
  const signal = options.signal ?? new AbortController().signal;
  const tools = await toolsFor(services, (await knownSandbox(services, name)).record.agent.id);
  const settled = await settleOwnership(tools, name, signal);
  const known = await knownSandbox(services, name);
  const { record } = known;
  const cleared = await removeThrowAways(tools, record, signal);
  const seen = await look(tools.driver, known, tools.homeId, signal);
  if (seen.agent.state !== 'present' && seen.agent.state !== 'missing' && seen.agent.state !== 'unfinished')
    throw unresolved(name, services.options.program, seen.agent);
  const recorded = await services.store.readPlan(name);
  const repair = {
    ...planRepair(seen, record.provider.forward),
    ...(isOfAnotherPlan(seen.agent, recorded) ? { agent: true } : {}),
    ...anew,
  };
  const operation = healOperation(tools, known, seen, repair, recorded);
  const { data } = operation;
  const tidied = cleared.map((left) => `removed the leftover ${left}`);
  try {
    const { notes } = await runOperation(operation, {
      ...operationOptions(services, options),
      onFailure: failureReporter({
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
    tidied.push(...notes.flatMap((note) => (note.startsWith(`${TIDY}: `) ? [note.slice(TIDY.length + 2)] : [])));
  } catch (error) {
    if (repair.agent || !isCodedError(error) || !SEALED.has(error.code))
      throw stays(error, services.options.program, name);
    const found = `found sealed files that are not as they were written (${error.message})`;
    return heal(services, name, [...actions, ...settled, found], options, { agent: true });
  }
  return { verdict: 'healthy', actions: [...actions, ...settled, ...healActions(seen, repair, data), ...tidied] };
};
