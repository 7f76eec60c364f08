import { IDS, isCodedError } from '@nemoclaw/plugin-api';
import type { SupervisorStatus } from '@nemoclaw/supervisor/protocol';
import type { CallOptions, Liveness, ModelNow, StatusResult } from '../../api/nemoclaw.ts';
import type { OwnershipStatus, SandboxEvent } from '../../api/records.ts';
import { STATUS_OF } from '../../events/index.ts';
import { callRelay, callSupervisor } from '../control.ts';
import { pingIngress } from '../ingress.ts';
import { contextProblem, modelNow } from '../model-now.ts';
import { type Observed, observeOwnership } from '../observe.ts';
import { probeContext } from '../probe-context.ts';
import { runProbes } from '../probes.ts';
import { type KnownSandbox, unresolved } from '../resolve.ts';
import type { Services } from '../services.ts';
import { stoppedBecause } from '../stopped.ts';
import { conditionNow } from './condition.ts';

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

type Live = NonNullable<StatusResult['live']>;

const LIVENESS: Record<OwnershipStatus, Liveness> = {
  ReplacementPending: 'unknown',
  OwnershipUnresolved: 'unknown',
  OwnershipPersistFailed: 'unknown',
  InstanceMissing: 'missing',
  IdentityConflict: 'conflict',
};

/** What the resolver makes of what the engine has, in the status's words. */
const agentLiveness = (
  services: Services,
  known: KnownSandbox,
  { resolution }: Observed,
  reasons: string[],
): Live['agent'] => {
  if (resolution.state === 'present') {
    const { id, phase } = resolution.container;
    if (phase !== 'running') reasons.push(`the agent container is ${stoppedBecause(resolution.container)}`);
    if (known.ownership.intent) reasons.push('a replacement of its container was begun and not finished');
    return { state: phase === 'running' ? 'running' : 'stopped', containerId: id };
  }
  reasons.push(unresolved(known.record.name, services.options.program, resolution).message);
  return { state: LIVENESS[STATUS_OF[resolution.state]] };
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

/** Ingress, and every probe of this moment, side by side; what is not well becomes a reason. */
const proveLive = async (
  services: Services,
  { record }: KnownSandbox,
  container: { id: string; gatewayRuns: boolean },
  signal: AbortSignal,
  reasons: string[],
): Promise<void> => {
  const context = await probeContext({
    services,
    driver: await services.driver(),
    homeId: await services.store.homeId(),
    hostEndpoints: [],
    sandbox: { id: record.sandboxId, name: record.name, containerId: container.id },
  });
  // The relay holds what comes for a gateway that is away: that it is was just said.
  const boundMs = container.gatewayRuns ? PING_MS : AWAY_PING_MS;
  const ping = async (): Promise<void> => {
    try {
      const { agent } = await services.agent(record.agent.id);
      await pingIngress({ port: record.ingressPort, ping: agent.ping, clock: services.clock, signal, boundMs });
    } catch (error) {
      signal.throwIfAborted();
      const plugin = isCodedError(error) && error.code !== 'RESTART_INGRESS_FAILED';
      reasons.push(
        plugin ? `ingress is not proved, for that its agent’s plugin is needed: ${words(error)}` : words(error),
      );
    }
  };
  const [, results] = await Promise.all([ping(), runProbes(services, 'post-ready', context, signal)]);
  for (const result of results) if (result.status !== 'ok') reasons.push(result.summary);
  if (results.length === 0) reasons.push('no probe of inference is installed');
};

/** Asks the engine, the supervisor, ingress and the probes now. `ready` only when every one of them said so. */
export const liveStatus = async (
  services: Services,
  known: KnownSandbox,
  options: CallOptions,
): Promise<{ live: Live; events: SandboxEvent[] }> => {
  const reasons: string[] = [];
  const { signal } = options;
  const driver = await services.driver();
  const [observed, relay] = await Promise.all([
    observeOwnership(services, driver, known, signal),
    relayLiveness(services, known, signal, reasons),
  ]);
  const agent = agentLiveness(services, known, observed, reasons);
  let supervisor: SupervisorStatus | undefined;
  let model: ModelNow | undefined;
  if (agent.state === 'running' && agent.containerId) {
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
    const container = { id: containerId, gatewayRuns: supervisor?.state === 'running' };
    const within = signal ?? new AbortController().signal;
    await proveLive(services, known, container, within, reasons);
    model = await modelNow(services, known.record, within);
    const tooSmall = contextProblem(known.record, model);
    if (tooSmall !== undefined) reasons.push(tooSmall);
  }
  const live: Live = {
    agent,
    relay,
    ...(supervisor ? { supervisor } : {}),
    ...(model ? { model } : {}),
    verdict:
      reasons.length === 0 && !conditionNow(known.ownership, observed.events, services.clock.now())
        ? 'ready'
        : 'not_ready',
    reasons,
  };
  return { live, events: observed.events };
};
