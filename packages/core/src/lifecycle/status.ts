import { IDS, isCodedError } from '@nemoclaw/plugin-api';
import type { SupervisorStatus } from '@nemoclaw/supervisor/protocol';
import type { CallOptions, Liveness, ModelNow, StatusResult } from '../api/nemoclaw.ts';
import { callRelay, callSupervisor } from './control.ts';
import { pingIngress } from './ingress.ts';
import { contextProblem, modelNow } from './model-now.ts';
import { probeContext } from './probe-context.ts';
import { runProbes } from './probes.ts';
import { authoritativeContainer, type KnownSandbox, knownSandbox, runningContainer } from './resolve.ts';
import type { Services } from './services.ts';
import { stoppedBecause } from './stopped.ts';

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

type Live = NonNullable<StatusResult['live']>;

const agentLiveness = async (
  services: Services,
  known: KnownSandbox,
  signal: AbortSignal | undefined,
  reasons: string[],
): Promise<Live['agent']> => {
  try {
    const container = await authoritativeContainer(services, await services.driver(), known, signal);
    if (container.phase !== 'running') reasons.push(`the agent container is ${stoppedBecause(container)}`);
    return { state: container.phase === 'running' ? 'running' : 'stopped', containerId: container.id };
  } catch (error) {
    reasons.push(words(error));
    const state: Liveness =
      isCodedError(error) && error.code === 'INSTANCE_MISSING'
        ? 'missing'
        : isCodedError(error) && error.code === 'OWNERSHIP_CONFLICT'
          ? 'conflict'
          : 'unknown';
    return { state };
  }
};

const relayLiveness = async (
  services: Services,
  known: KnownSandbox,
  signal: AbortSignal | undefined,
  reasons: string[],
): Promise<Live['relay']> => {
  const id = known.ownership.resources.relay?.id;
  if (!id) {
    reasons.push('the journal names no relay');
    return { state: 'missing' };
  }
  const driver = await services.driver();
  const container = await driver.inspect(id, signal ? { signal } : {});
  if (!container) {
    reasons.push('the relay container is gone');
    return { state: 'missing' };
  }
  if (container.phase !== 'running') {
    reasons.push(`the relay container is ${stoppedBecause(container)}`);
    return { state: 'stopped', containerId: id };
  }
  try {
    const status = await callRelay({ driver, containerId: id, uid: IDS.relay, timeoutMs: 10_000, signal }, 'status');
    return { state: 'running', containerId: id, status };
  } catch (error) {
    reasons.push(`the relay does not answer: ${words(error)}`);
    return { state: 'unknown', containerId: id };
  }
};

/** Whoever asks how things are waits for it. */
const PING_MS = 15_000;
const AWAY_PING_MS = 1_000;

/** Asks the engine, the supervisor, ingress and the probes now. `ready` only when every one of them said so. */
const liveStatus = async (services: Services, known: KnownSandbox, options: CallOptions): Promise<Live> => {
  const reasons: string[] = [];
  const { signal } = options;
  const [agent, relay] = await Promise.all([
    agentLiveness(services, known, signal, reasons),
    relayLiveness(services, known, signal, reasons),
  ]);
  let supervisor: SupervisorStatus | undefined;
  let model: ModelNow | undefined;
  if (agent.state === 'running' && agent.containerId) {
    const driver = await services.driver();
    const { containerId } = agent;
    try {
      supervisor = await callSupervisor({ driver, containerId, timeoutMs: 10_000, signal }, 'status', {});
      if (supervisor.state !== 'running') reasons.push(`the gateway is ${supervisor.state}: ${supervisor.reason}`);
      else if (supervisor.tools && supervisor.tools.state !== 'ready')
        reasons.push(`the agent's commands are not run: ${supervisor.tools.state}, ${supervisor.tools.reason}`);
      else if (supervisor.gateway?.listenerInode === undefined) reasons.push('the gateway’s listener is not verified');
    } catch (error) {
      reasons.push(`the supervisor does not answer: ${words(error)}`);
    }
    const { agent: contribution } = await services.agent(known.record.agent.id);
    const within = signal ?? new AbortController().signal;
    const context = await probeContext({
      services,
      driver,
      homeId: await services.store.homeId(),
      hostEndpoints: [],
      sandbox: { id: known.record.sandboxId, name: known.record.name, containerId },
    });
    const [, results] = await Promise.all([
      pingIngress({
        port: known.record.ingressPort,
        ping: contribution.ping,
        clock: services.clock,
        signal: within,
        // The relay holds what comes for a gateway that is away: that it is was just said.
        boundMs: supervisor?.state === 'running' ? PING_MS : AWAY_PING_MS,
      }).catch((error: unknown) => reasons.push(words(error))),
      runProbes(services, 'post-ready', context, within),
    ]);
    model = await modelNow(services, known.record, signal);
    const tooSmall = contextProblem(known.record, model);
    if (tooSmall !== undefined) reasons.push(tooSmall);
    for (const result of results) if (result.status !== 'ok') reasons.push(result.summary);
    if (results.length === 0) reasons.push('no probe of inference is installed');
  }
  return {
    agent,
    relay,
    ...(supervisor ? { supervisor } : {}),
    ...(model ? { model } : {}),
    verdict: reasons.length === 0 ? 'ready' : 'not_ready',
    reasons,
  };
};

/** Recorded facts with their ages; with `live`, what the engine and the sandbox say now. */
export const status = async (
  services: Services,
  name: string,
  options: CallOptions & { live?: boolean } = {},
): Promise<StatusResult> => {
  const known = await knownSandbox(services, name);
  const pending = await services.store.readOperation(known.record.name);
  const step =
    pending?.steps.find((candidate) => candidate.state === 'running' || candidate.state === 'undoing')?.id ?? '';
  return {
    record: known.record,
    ...(pending ? { pending: { operation: pending.operation, step, startedAt: pending.startedAt } } : {}),
    ...(options.live ? { live: await liveStatus(services, known, options) } : {}),
  };
};

export const gatewayStatus = async (
  services: Services,
  name: string,
  options: CallOptions = {},
): Promise<SupervisorStatus> => {
  const known = await knownSandbox(services, name);
  const driver = await services.driver();
  const container = await runningContainer(services, driver, known, options.signal);
  return callSupervisor({ driver, containerId: container.id, timeoutMs: 15_000, signal: options.signal }, 'status', {});
};
