import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import {
  type Driver,
  type HostEndpoint,
  LABELS,
  type NetworkState,
  type ProbeContext,
  type RunInAgent,
} from '@nemoclaw/plugin-api';
import { callSupervisor } from './control.ts';
import { homeLabels, sandboxLabels } from './names.ts';
import type { Services } from './services.ts';
import { hostEntries } from './specs.ts';

/** Name by which containers reach the host, and the address behind it. */
export const hostAddress = async (driver: Driver, egress: NetworkState): Promise<string> =>
  (await driver.capabilities()).hostAddress === 'direct' ? egress.gateway : 'host-gateway';

/** TCP connect from this process; says what the kernel said. */
export const connectFromHost = (
  host: string,
  port: number,
  timeoutMs: number,
): Promise<'open' | 'refused' | 'timeout' | 'error'> =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (outcome: 'open' | 'refused' | 'timeout' | 'error') => {
      socket.destroy();
      resolve(outcome);
    };
    socket.setTimeout(timeoutMs, () => finish('timeout'));
    socket.once('connect', () => finish('open'));
    socket.once('error', (error: NodeJS.ErrnoException) => finish(error.code === 'ECONNREFUSED' ? 'refused' : 'error'));
  });

/** Runs in the agent container through the supervisor's launcher: where the agent runs, or not at all. */
export const runInAgent =
  (driver: Driver, containerId: string): RunInAgent =>
  async (spec, signal) => {
    try {
      const reply = await callSupervisor({ driver, containerId, timeoutMs: spec.timeoutMs + 10_000, signal }, 'run', {
        as: spec.as,
        argv: spec.argv,
        timeoutMs: spec.timeoutMs,
        ...(spec.stdin === undefined ? {} : { stdin: spec.stdin }),
      });
      return reply.outcome === 'exited' ? { ...reply, gateway: reply.gateway } : reply;
    } catch (error) {
      signal?.throwIfAborted();
      return { outcome: 'not_run', reason: 'control', message: error instanceof Error ? error.message : String(error) };
    }
  };

export interface ProbeContextInput {
  services: Services;
  driver: Driver;
  homeId: string;
  egress?: NetworkState | undefined;
  helperImage?: string | undefined;
  hostEndpoints: HostEndpoint[];
  sandbox?: { id: string; name: string; containerId?: string | undefined } | undefined;
}

export const probeContext = async (input: ProbeContextInput): Promise<ProbeContext> => {
  const { services, driver, egress, sandbox } = input;
  const { helperImage, homeId } = input;
  // With the sandbox's id, so that one that a crash left is taken away with the sandbox.
  const labels = sandbox ? sandboxLabels({ homeId, name: sandbox.name, sandboxId: sandbox.id }) : homeLabels(homeId);
  return {
    now: services.clock.now,
    elapsed: services.clock.elapsed,
    sleep: services.clock.sleep,
    env: services.options.env,
    hostEndpoints: input.hostEndpoints,
    connectFromHost,
    ...(egress
      ? {
          egress: {
            networkId: egress.id,
            networkName: egress.name,
            subnet: egress.subnet,
            gateway: egress.gateway,
            extraHosts: hostEntries(await hostAddress(driver, egress)),
          },
        }
      : {}),
    ...(helperImage
      ? {
          helperImage,
          runHelper: (spec, signal) =>
            driver.runHelper(
              {
                ...spec,
                name: `nemoclaw-probe-${randomBytes(6).toString('hex')}`,
                labels: { ...labels, [LABELS.role]: 'probe' },
                image: helperImage,
              },
              signal ? { signal } : {},
            ),
        }
      : {}),
    ...(sandbox ? { sandbox: { id: sandbox.id, name: sandbox.name } } : {}),
    ...(sandbox?.containerId ? { runInAgent: runInAgent(driver, sandbox.containerId) } : {}),
  };
};
