import { type CodedError, type Driver, IDS, isCodedError, type JsonObject } from '@nemoclaw/plugin-api';
import type { RestartResult } from '@nemoclaw/supervisor/protocol';
import type { CallOptions, RestartReport } from '../api/nemoclaw.ts';
import { codedError } from '../errors/index.ts';
import { runOperation } from '../operations/run.ts';
import type { Operation } from '../operations/types.ts';
import { callRelay, callSupervisor } from './control.ts';
import { failureReporter } from './failure.ts';
import { type IngressAnswer, pingIngress } from './ingress.ts';
import { waitForTools } from './isolation.ts';
import { operationOptions, withLock } from './operation-options.ts';
import { renewedLeaf } from './renew-leaf.ts';
import { type KnownSandbox, knownSandbox, refuseWhilePending, runningContainer, runningRelay } from './resolve.ts';
import type { Services } from './services.ts';
import { isClosedToExec, isOutOfProcesses, restartWhole } from './whole-restart.ts';

interface RestartData extends JsonObject {
  agentId: string;
  relayId: string;
  result: JsonObject;
  ingress: JsonObject;
  heldBefore: number;
  heldAfter: number;
}

export interface RestartOptions extends CallOptions {
  soft?: boolean;
  timeoutMs?: number;
  settleMs?: number;
}

const REACH_MS = 10_000;

/**
 * A question before anything is asked for: an old supervisor says that it is one, a silent one is not waited for as long
 * as a restart may take. A container in which nothing can be started is not at its end (see the step `restart`).
 */
const reachSupervisor = async (input: { driver: Driver; containerId: string; signal: AbortSignal }): Promise<void> => {
  try {
    await callSupervisor({ ...input, timeoutMs: REACH_MS }, 'status', {});
  } catch (error) {
    if (isClosedToExec(error)) return;
    if (!isCodedError(error) || error.code !== 'SUPERVISOR_UNREACHABLE') throw error;
    throw codedError('RESTART_CONTROL_UNAVAILABLE', {
      message: `${error.message} The gateway was not touched.`,
      ...(error.details ? { details: error.details } : {}),
      cause: error,
    });
  }
};

const restartOperation = async (
  services: Services,
  known: KnownSandbox,
  options: RestartOptions,
): Promise<Operation<RestartData>> => {
  const { record, ownership } = known;
  const driver = await services.driver();
  const { agent } = await services.agent(record.agent.id);
  const timeoutMs = options.timeoutMs ?? services.config.restartTimeoutMs;
  const settleMs = options.settleMs ?? services.config.settleMs;
  const relayId = ownership.resources.relay?.id ?? '';
  const held = async (signal: AbortSignal) =>
    (await callRelay({ driver, containerId: relayId, uid: IDS.relay, timeoutMs: 10_000, signal }, 'status')).ingress
      .held;
  return {
    name: 'gateway-restart',
    sandbox: record.name,
    data: { agentId: '', relayId, result: {}, ingress: {}, heldBefore: 0, heldAfter: 0 },
    steps: [
      {
        id: 'resolve',
        title: 'Find the one container that the journal names',
        async run({ data, signal, note }) {
          data.agentId = (await runningContainer(services, driver, known, signal)).id;
          await runningRelay(services, driver, known, signal);
          await reachSupervisor({ driver, containerId: data.agentId, signal });
          data.heldBefore = await held(signal);
          note(data.agentId.slice(0, 12));
        },
      },
      {
        id: 'restart',
        title: 'Restart the gateway and wait until it is healthy',
        async run({ data, signal, note }) {
          const containerId = data.agentId;
          const result = await callSupervisor(
            { driver, containerId, timeoutMs: timeoutMs + settleMs + 60_000, signal },
            'restart',
            { soft: options.soft ?? false, timeoutMs, settleMs },
          ).catch((error: unknown) => {
            if (!isClosedToExec(error) && !isOutOfProcesses(error)) throw error;
            note('nothing could be started in the container, so all of it was restarted');
            return restartWhole({ services, driver, containerId, settleMs, signal });
          });
          data.result = { ...result } as unknown as JsonObject;
          note(
            `pid ${result.before?.pid ?? 'none'} → ${result.after.pid}, down ${((result.stopMs + result.startMs) / 1000).toFixed(1)} s`,
          );
        },
      },
      {
        id: 'ingress',
        title: 'Reach the agent through ingress',
        async run({ data, signal, note }) {
          const answer = await pingIngress({
            port: record.ingressPort,
            ping: agent.ping,
            clock: services.clock,
            signal,
          });
          data.ingress = { ...answer };
          data.heldAfter = await held(signal);
          note(`${answer.url} answered ${answer.status}`);
        },
      },
      {
        id: 'tools',
        title: 'Wait for the process that runs the agent’s commands',
        async run({ data, signal, note, skip }) {
          if (record.agent.isolation !== 'separate') return skip('tools share the gateway’s uid');
          const tools = await waitForTools({ services, driver, containerId: data.agentId, signal });
          note(tools.reason);
        },
      },
      {
        id: 'commit',
        title: 'Write down what was proved',
        commit: true,
        async run({ data }) {
          const at = services.clock.now().toISOString();
          const after = (data.result as unknown as RestartResult).after;
          await services.store.writeRecord({
            ...record,
            proofs: {
              ...record.proofs,
              gateway: { at, summary: `${record.agent.id} ${record.agent.version} restarted, pid ${after.pid}` },
            },
          });
        },
      },
    ],
  };
};

/** Nothing is undone here: a restart that the supervisor has begun is finished by it, whoever still listens. */
const interruptedRestart = ({ options }: Services, name: string, cause: CodedError): CodedError =>
  codedError('INTERRUPTED', {
    message: cause.message,
    hint: `A restart that had begun goes on by itself: \`${options.program} ${name} gateway status\` shows it.`,
    details: { ...cause.details, undo: 'not needed' },
    cause,
  });

/** Exactly that gateway, stopped and started inside its running container, then proved through ingress. */
export const gatewayRestart = async (
  services: Services,
  name: string,
  options: RestartOptions,
): Promise<RestartReport> => {
  const { record } = await knownSandbox(services, name);
  return withLock(services, record.name, 'gateway-restart', options, async () => {
    await refuseWhilePending(services, record.name);
    // Who held the lock before us may have changed both record and journal.
    const known = await renewedLeaf(services, await knownSandbox(services, name), options);
    const operation = await restartOperation(services, known, options);
    await runOperation(operation, {
      ...operationOptions(services, options),
      ...failureReporter({
        services,
        onProgress: options.onProgress,
        driver: await services.driver(),
        name: known.record.name,
        operation: operation.name,
        hookInput: () => ({
          sandbox: { id: known.record.sandboxId, name: known.record.name },
          operation: operation.name,
          agent: known.record.agent.id,
        }),
        containers: () => ({ agent: operation.data.agentId, relay: operation.data.relayId }),
      }),
    }).catch((error: unknown) => {
      throw isCodedError(error) && error.code === 'INTERRUPTED'
        ? interruptedRestart(services, record.name, error)
        : error;
    });
    const { result, ingress, heldBefore, heldAfter } = operation.data;
    return {
      ...(result as unknown as RestartResult),
      ingress: ingress as unknown as IngressAnswer,
      heldRequests: Math.max(0, heldAfter - heldBefore),
    };
  });
};
