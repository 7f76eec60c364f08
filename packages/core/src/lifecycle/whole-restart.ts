import type { Driver } from '@nemoclaw/plugin-api';
import { isCodedError } from '@nemoclaw/plugin-api';
import type { RestartResult } from '@nemoclaw/supervisor/protocol';
import { codedError } from '../errors/index.ts';
import { NO_PROCESS_LEFT } from './control.ts';
import { waitForGateway } from './onboard/agent.ts';
import type { Services } from './services.ts';

/** No program could be started in the container, as when its tools have used up all pids: then no control call can help. */
export const isClosedToExec = (error: unknown): boolean =>
  isCodedError(error) && error.code === 'SUPERVISOR_UNREACHABLE' && error.details?.started === false;

/** The gateway was stopped, and the container's last process went to somebody else before it could be started again. */
export const isOutOfProcesses = (error: unknown): boolean =>
  isCodedError(error) && error.code === 'RESTART_LAUNCH_FAILED' && NO_PROCESS_LEFT.test(error.message);

const STOP_SECONDS = 30;

/** The gateway restarted by restarting its exact container; it must then stay what it is for the settle window. */
export const restartWhole = async (input: {
  services: Pick<Services, 'clock' | 'config'>;
  driver: Driver;
  containerId: string;
  settleMs: number;
  signal: AbortSignal;
}): Promise<RestartResult> => {
  const { services, driver, containerId, settleMs, signal } = input;
  const { clock } = services;
  const begin = clock.elapsed();
  await driver.restart(containerId, { timeoutSeconds: STOP_SECONDS, signal });
  const stopped = clock.elapsed();
  const first = (await waitForGateway({ services, driver, containerId, signal })).gateway;
  const started = clock.elapsed();
  await clock.sleep(settleMs, signal);
  const { gateway } = await waitForGateway({ services, driver, containerId, signal });
  if (!gateway || gateway.pid !== first?.pid || gateway.startTime !== first.startTime)
    throw codedError('RESTART_LAUNCH_FAILED', {
      message: 'The container was restarted, and its gateway did not stay up.',
    });
  const { pid, startTime, listenerInode } = gateway;
  return {
    after: { pid, startTime, ...(listenerInode === undefined ? {} : { listenerInode }) },
    method: 'stop-start',
    stopMs: Math.round(stopped - begin),
    startMs: Math.round(started - stopped),
    settledMs: Math.round(clock.elapsed() - started),
    killed: false,
  };
};
