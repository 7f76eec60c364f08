import type { ContainerState } from '@nemoclaw/plugin-api';
import { waitForRelay } from '../onboard/relay.ts';
import type { OnboardStep, OnboardTools } from '../onboard/tools.ts';
import type { Repair } from './look.ts';
import { startedLine, type Tell } from './tell.ts';

const STOP_SECONDS = 10;

/** Nothing of ours is paused by us, and a paused one can't be started: it is begun again. */
const setGoing = async (
  { driver }: OnboardTools,
  container: ContainerState | undefined,
  signal: AbortSignal,
): Promise<boolean> => {
  if (!container || container.phase === 'running') return false;
  if (container.phase === 'paused') await driver.restart(container.id, { timeoutSeconds: STOP_SECONDS, signal });
  else await driver.start(container.id, { signal });
  return true;
};

export const startOthersStep = (tools: OnboardTools, repair: Repair, tell: Tell): OnboardStep => ({
  id: 'start-relay',
  title: 'Start what is stopped',
  async run({ data, signal, note }) {
    const { driver, services } = tools;
    const started: string[] = [];
    for (const [what, id] of [
      ['the forwarder', repair.forward ? '' : data.forwardId],
      ['the relay', repair.relay ? '' : data.relayId],
    ] as const) {
      const container = id === '' ? undefined : await driver.inspect(id, { signal });
      if (!(await setGoing(tools, container, signal)) || !container) continue;
      tell(startedLine(what, container));
      started.push(id.slice(0, 12));
    }
    await waitForRelay({ driver, containerId: data.relayId, services, signal });
    note(started.length === 0 ? 'nothing was stopped' : started.join(', '));
  },
});
