import { request } from 'node:http';
import { codedError } from '../errors/index.ts';
import type { Clock } from './services.ts';

export interface IngressAnswer {
  url: string;
  status: number;
  elapsedMs: number;
}

const PING_MS = 45_000;

/** One request from the host through ingress, on a connection of its own; INGRESS_FAILED unless the agent's ping status comes back. */
export const pingIngress = async (input: {
  port: number;
  ping: { path: string; status: number };
  clock: Clock;
  signal: AbortSignal;
  boundMs?: number;
}): Promise<IngressAnswer> => {
  const { boundMs = PING_MS } = input;
  const url = `http://127.0.0.1:${input.port}${input.ping.path}`;
  const begin = input.clock.elapsed();
  const late = AbortSignal.timeout(boundMs);
  const signal = AbortSignal.any([input.signal, late]);
  let status: number;
  try {
    status = await new Promise<number>((resolve, reject) => {
      const call = request(url, { agent: false, signal }, (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
        response.once('error', reject);
      });
      call.once('error', reject);
      call.end();
    });
  } catch (cause) {
    input.signal.throwIfAborted();
    throw codedError('RESTART_INGRESS_FAILED', {
      message: `Ingress at ${url} did not answer${late.aborted ? ` within ${boundMs / 1000} s` : `: ${(cause as Error).message}`}.`,
      cause,
    });
  }
  const elapsedMs = input.clock.elapsed() - begin;
  if (status !== input.ping.status)
    throw codedError('RESTART_INGRESS_FAILED', {
      message: `Ingress at ${url} answered ${status}, not ${input.ping.status}.`,
    });
  return { url, status, elapsedMs };
};
