import { isCodedError } from '@nemoclaw/plugin-api';
import type { SupervisorStatus } from '@nemoclaw/supervisor/protocol';
import { callSupervisor } from '../control.ts';
import type { OnboardStep, OnboardTools } from '../onboard/tools.ts';
import { startedLine, type Tell } from './tell.ts';

const STOP_SECONDS = 30;
/** A supervisor that has just been started answers within this. */
const SILENCE_MS = 10_000;

/** What the supervisor says, or undefined when it stays silent: then only its container can be restarted. */
const askFor = async (tools: OnboardTools, containerId: string, signal: AbortSignal) => {
  const { driver, services } = tools;
  const begin = services.clock.elapsed();
  for (;;) {
    try {
      return await callSupervisor({ driver, containerId, signal, timeoutMs: SILENCE_MS }, 'status', {});
    } catch (error) {
      signal.throwIfAborted();
      if (!isCodedError(error) || error.code !== 'SUPERVISOR_UNREACHABLE') throw error;
      if (services.clock.elapsed() - begin > SILENCE_MS) return undefined;
    }
    await services.clock.sleep(500, signal);
  }
};

/** Pure: which states lead nowhere by themselves; a gateway that is on its way up is left to it. */
const isStuck = ({ state }: SupervisorStatus): boolean => {
  switch (state) {
    case 'quarantined':
    case 'config_refused':
      return true;
    case 'starting':
    case 'running':
    case 'backoff':
    case 'restarting':
    case 'stopping':
      return false;
  }
};

/** For a container that runs already: ends a quarantine, and the silence of a supervisor that is beyond being asked. */
export const wakeStep = (tools: OnboardTools, tell: Tell): OnboardStep => ({
  id: 'wake',
  title: 'Wake the gateway',
  async run({ data, signal, note, skip }) {
    const { driver, services } = tools;
    const containerId = data.agentId;
    const container = await driver.inspect(containerId, { signal });
    if (container?.phase === 'paused') {
      await driver.restart(containerId, { timeoutSeconds: STOP_SECONDS, signal });
      return tell(startedLine('the agent’s container', container));
    }
    if (container?.phase !== 'running') {
      if (container) tell(startedLine('the agent’s container', container));
      return skip('its container is about to be started');
    }
    const status = await askFor(tools, containerId, signal);
    if (!status) {
      await driver.restart(containerId, { timeoutSeconds: STOP_SECONDS, signal });
      return tell('restarted the agent’s container: its supervisor did not answer');
    }
    const stuck = isStuck(status);
    if (!stuck && status.state !== 'running') {
      tell(`waited for the gateway, which was ${status.state}: ${status.reason}`);
      return skip(`it is ${status.state}`);
    }
    const { restartTimeoutMs: timeoutMs, ...config } = services.config;
    // One that runs is left alone, but its sealed files are looked at.
    const settleMs = stuck ? config.settleMs : 0;
    const call = { driver, containerId, signal, timeoutMs: timeoutMs + settleMs + 60_000 };
    await callSupervisor(call, 'recover', { timeoutMs, settleMs });
    if (stuck) tell(`started the gateway, which was ${status.state}: ${status.reason}`);
    note(stuck ? `it was ${status.state}` : 'it runs');
  },
});
