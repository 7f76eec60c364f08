import { lookup } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';
import { FRONT_DOOR_PASS } from '@nemoclaw/plugin-api';
import type { Endpoint } from '../http/listener.ts';

/** There is no way to the gateway at this moment. Nothing of the request was sent. */
export class FrontDoorClosed extends Error {
  override readonly name = 'FrontDoorClosed';
  readonly code: string;
  constructor(code: string) {
    super(`no way to the gateway: ${code}`);
    this.code = code;
  }
}

/** A connection to the gateway, passed on by the front door; the pass line is read away. */
export type OpenFrontDoor = (boundMs: number, signal: AbortSignal) => Promise<Socket>;

type Resolve = (host: string) => Promise<string>;

/**
 * Resolves names one at a time for all that wait. An agent container that is gone takes its alias with it, and the
 * engine's DNS then asks the outside, slowly; look-ups run on four threads that the way to the provider needs too.
 */
export const createResolve = (): Resolve => {
  const running = new Map<string, Promise<string>>();
  return (host) => {
    const current = running.get(host);
    if (current !== undefined) return current;
    const started = lookup(host, { family: 4 })
      .then(({ address }) => address)
      .finally(() => running.delete(host));
    running.set(host, started);
    return started;
  };
};

const PASS = Buffer.from(FRONT_DOOR_PASS);
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.code ?? 'closed';

const waitForPass = (host: string, port: number, signal: AbortSignal): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 5_000 });
    let seen = Buffer.alloc(0);
    const settle = (): void => {
      socket.off('data', onData).off('error', onEnd).off('end', onEnd).off('close', onEnd);
      signal.removeEventListener('abort', onAbort);
    };
    const refuse = (code: string): void => {
      settle();
      socket.on('error', () => {}).destroy();
      reject(new FrontDoorClosed(code));
    };
    const onEnd = (error?: unknown): void => refuse(codeOf(error));
    const onAbort = (): void => refuse('timeout');
    const onData = (chunk: Buffer): void => {
      seen = Buffer.concat([seen, chunk]);
      if (!PASS.subarray(0, seen.length).equals(seen)) refuse('not_a_front_door');
      else if (seen.length === PASS.length) {
        // Stays flowing: the HTTP client takes over in this same turn of the event loop, before more can arrive.
        settle();
        resolve(socket);
      }
    };
    socket.on('data', onData).on('error', onEnd).on('end', onEnd).on('close', onEnd);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });

/** @throws FrontDoorClosed when the name does not resolve, nothing listens, or the line does not come within the bound */
export const createFrontDoor = (target: Endpoint, resolve: Resolve): OpenFrontDoor => {
  return async (boundMs, signal) => {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(boundMs)]);
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(new FrontDoorClosed('timeout'));
    bounded.addEventListener('abort', onAbort, { once: true });
    try {
      const address = await Promise.race([resolve(target.host), aborted.promise]).catch((error: unknown) => {
        throw new FrontDoorClosed(codeOf(error));
      });
      return await waitForPass(address, target.port, bounded);
    } finally {
      bounded.removeEventListener('abort', onAbort);
    }
  };
};
