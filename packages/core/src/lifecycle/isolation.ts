import type { Driver, IsolationMode } from '@nemoclaw/plugin-api';
import type { ToolsStatus } from '@nemoclaw/supervisor/protocol';
import { codedError } from '../errors/index.ts';
import { callSupervisor } from './control.ts';
import type { Agent, Services } from './services.ts';

const GIB = 1024 ** 3;
/** For the host itself, the relay and a model server beside the sandbox. */
const ROOM_BYTES = GIB;

const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;

/** What the agent's container may take when its tools run in that mode. */
export const memoryOf = (agent: Pick<Agent, 'memoryBytes' | 'isolation'>, mode: IsolationMode['mode']): number =>
  agent.memoryBytes + (agent.isolation.find((candidate) => candidate.mode === mode)?.memoryBytes ?? 0);

/**
 * Pure: the first mode that the engine has the memory for, in all and free, or the one that was named. USAGE for one
 * that the agent does not have.
 */
export const chooseIsolation = (input: {
  /** The agent's, the default first. */
  modes: readonly IsolationMode[];
  agentBytes: number;
  engineBytes: number;
  /** Of that, what is not in use now; absent where it can't be known. */
  freeBytes?: number | undefined;
  /** `auto` or a mode. */
  wanted: string;
}): { mode: IsolationMode; why: string } => {
  const { modes, agentBytes, engineBytes, freeBytes, wanted } = input;
  const last = modes.at(-1) ?? { mode: 'shared' as const, memoryBytes: 0, note: '' };
  if (wanted !== 'auto') {
    const mode = modes.find((candidate) => candidate.mode === wanted);
    if (mode) return { mode, why: 'as named' };
    throw codedError('USAGE', {
      message: `The agent cannot run its tools in the mode ${wanted}.`,
      hint: `--isolation takes ${['auto', ...modes.map((candidate) => candidate.mode)].join(', ')} here.`,
    });
  }
  const takes = (mode: IsolationMode): number => agentBytes + mode.memoryBytes;
  /** What stands in the way, or nothing. */
  const missing = (mode: IsolationMode): string | undefined => {
    if (takes(mode) + ROOM_BYTES > engineBytes)
      return `${mode.mode} would need ${gib(takes(mode) + ROOM_BYTES)} of the engine's ${gib(engineBytes)}`;
    if (freeBytes !== undefined && takes(mode) > freeBytes)
      return `${mode.mode} would need ${gib(takes(mode))} and ${gib(freeBytes)} of memory are free`;
    return undefined;
  };
  const [first] = modes;
  if (!first) return { mode: last, why: 'the agent says nothing about its tools' };
  const mode = modes.find((candidate) => missing(candidate) === undefined) ?? last;
  const why = missing(first);
  // The default, if it fits or if there is nothing smaller.
  if (why === undefined || mode === first) return { mode, why: `the agent's default, ${gib(takes(mode))} in all` };
  return { mode, why };
};

const POLL_MS = 500;
const TOOLS_START_MS = 240_000;

/** Until the process that runs the agent's commands is ready; until then they fail, they never run as somebody else. */
export const waitForTools = async (input: {
  services: Pick<Services, 'clock'>;
  driver: Driver;
  containerId: string;
  signal: AbortSignal;
}): Promise<ToolsStatus> => {
  const { services, driver, containerId, signal } = input;
  const begin = services.clock.elapsed();
  let tools: ToolsStatus | undefined;
  do {
    signal.throwIfAborted();
    const status = await callSupervisor({ driver, containerId, timeoutMs: 10_000, signal }, 'status', {});
    ({ tools } = status);
    if (tools?.state === 'ready') return tools;
    // Without a gateway they never will be, and nobody starts it again by itself.
    if (status.state === 'quarantined' || status.state === 'config_refused')
      throw codedError('TOOLS_START_FAILED', {
        message: `The process that runs the agent's commands cannot start: the gateway is ${status.state}, ${status.reason}.`,
        details: { containerId, lastLines: status.lastLines },
      });
    await services.clock.sleep(POLL_MS, signal);
  } while (services.clock.elapsed() - begin < TOOLS_START_MS);
  throw codedError('TOOLS_START_FAILED', {
    message: `The process that runs the agent's commands is not ready after ${TOOLS_START_MS / 1000} s: ${tools ? `${tools.state}, ${tools.reason}` : 'the supervisor knows of none'}.`,
    details: { containerId, lastLines: tools?.lastLines ?? [] },
  });
};
