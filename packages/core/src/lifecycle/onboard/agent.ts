import type { Driver } from '@nemoclaw/plugin-api';
import type { SupervisorStatus } from '@nemoclaw/supervisor/protocol';
import { codedError } from '../../errors/index.ts';
import { callSupervisor } from '../control.ts';
import { waitForTools } from '../isolation.ts';
import { objectNames } from '../names.ts';
import { SECRETS } from '../secrets.ts';
import type { Services } from '../services.ts';
import { sealedFiles } from '../volume-files.ts';
import { agentConfig } from './agent-config.ts';
import { planOf, recordOf } from './data.ts';
import {
  findGeneration,
  type OnboardStep,
  type OnboardTools,
  objectLabels,
  removeMade,
  secretOf,
  updateOwnership,
} from './tools.ts';

/** Writes the sealed volume and creates the agent's container; nothing of it runs yet. */
export const createStep = (tools: OnboardTools): OnboardStep => ({
  id: 'create',
  title: 'Create the agent container',
  async run({ data, save, signal }) {
    const { driver } = tools;
    const { output } = await agentConfig(tools, data);
    const plan = planOf(data);
    await driver.putFiles(
      {
        volume: objectNames(data.name, data.sandboxId).volumes.sealed,
        image: data.helperImage,
        labels: objectLabels(tools, data),
        files: sealedFiles({
          sandboxId: data.sandboxId,
          generation: data.generations.agent,
          groups: plan.groups,
          agent: output,
          caPem: await secretOf(tools, data, SECRETS.caCert),
          nonce: data.nonces.sealed,
          healthEveryMs: tools.services.config.healthEveryMs,
        }),
      },
      { signal },
    );
    const generation = data.generations.agent;
    await updateOwnership(tools, data, (journal) => ({ ...journal, creating: { generation } }));
    const present = await findGeneration(tools, data, generation, signal);
    data.agentId = present?.id ?? (await driver.create(plan, { signal })).id;
    await save();
    await updateOwnership(tools, data, (journal) => ({
      ...journal,
      authoritative: { id: data.agentId, generation },
      creating: null,
    }));
  },
  async undo({ data, signal }) {
    await removeMade(tools, data, 'agent', signal);
  },
});

export const startStep = (tools: OnboardTools): OnboardStep => ({
  id: 'start',
  title: 'Start the agent’s gateway',
  async run({ data, signal, note }) {
    await tools.driver.start(data.agentId, { signal });
    const status = await waitForGateway({
      services: tools.services,
      driver: tools.driver,
      containerId: data.agentId,
      signal,
    });
    const at = tools.services.clock.now().toISOString();
    const summary = `${status.agent} ${status.agentVersion} started, pid ${status.gateway?.pid}`;
    recordOf(data).proofs.gateway = { at, summary };
    if (recordOf(data).agent.isolation === 'separate')
      await waitForTools({ services: tools.services, driver: tools.driver, containerId: data.agentId, signal });
    note(summary);
  },
});

const POLL_MS = 500;
/** Polls in a row in `backoff`, or without an answer, before it counts as failed (SPEC §3: 15 polls of 2 s). */
const BAD_MS = 30_000;

/**
 * Until the supervisor says `running` with a verified gateway. `quarantined`, `config_refused` and an exited container
 * fail at once; `backoff` or silence must last; `starting` keeps waiting; bounded in all.
 */
export const waitForGateway = async (input: {
  services: Pick<Services, 'clock' | 'config'>;
  driver: Driver;
  containerId: string;
  signal: AbortSignal;
}): Promise<SupervisorStatus> => {
  const { services, driver, containerId, signal } = input;
  const { clock, config } = services;
  const begin = clock.elapsed();
  let badSince: number | undefined;
  let last = 'it never answered';
  const failed = (
    why: string,
    end: 'gone' | 'exited' | 'quarantined' | 'config_refused' | 'late',
    lines: string[] = [],
  ) =>
    codedError('GATEWAY_START_FAILED', {
      message: `The agent's gateway did not start: ${why}${lines.length > 0 ? `; it last said: ${lines.at(-1)}` : ''}.`,
      details: { containerId, end, lastLines: lines },
    });
  while (clock.elapsed() - begin < config.startTimeoutMs) {
    signal.throwIfAborted();
    let status: SupervisorStatus | undefined;
    try {
      status = await callSupervisor({ driver, containerId, timeoutMs: 10_000, signal }, 'status', {});
    } catch (error) {
      signal.throwIfAborted();
      if ((error as { code?: string }).code === 'SUPERVISOR_OUTDATED') throw error;
      last = error instanceof Error ? error.message : String(error);
      const state = await driver.inspect(containerId, { signal });
      if (!state) throw failed('its container is gone', 'gone');
      if (state.phase === 'exited' || state.phase === 'dead')
        throw failed(
          `its container exited with ${state.exitCode}${state.oomKilled ? ' (out of memory)' : ''}${state.error ? `, ${state.error}` : ''}`,
          'exited',
        );
    }
    if (status?.state === 'running' && status.gateway?.listenerInode !== undefined) return status;
    if (status?.state === 'quarantined' || status?.state === 'config_refused')
      throw failed(`${status.state}, ${status.reason}`, status.state, status.lastLines);
    const bad = status === undefined || status.state === 'backoff';
    if (status) last = `${status.state}, ${status.reason}`;
    badSince = bad ? (badSince ?? clock.elapsed()) : undefined;
    if (badSince !== undefined && clock.elapsed() - badSince > BAD_MS) throw failed(last, 'late', status?.lastLines);
    await clock.sleep(POLL_MS, signal);
  }
  throw failed(`not within ${config.startTimeoutMs / 1000} s (${last})`, 'late');
};
