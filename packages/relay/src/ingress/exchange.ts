import type { Socket } from 'node:net';
import type { Answer } from '../http/answer.ts';
import { BodyTooLarge } from '../http/body-limit.ts';
import { FrontDoorAgent } from './agent.ts';
import type { OpenFrontDoor } from './front-door.ts';
import { type Held, HoldExpired, holdForGateway } from './hold.ts';

export const RETRY_AFTER_SECONDS = 2;

/** Why a held request is let go without an answer of the gateway's. */
export class Stopping extends Error {
  override readonly name = 'Stopping';
}

/** `waiting`: no byte has left. `passed`: it is with the gateway. `upgraded`: no longer HTTP. `over`: answered or gone. */
export type Phase = 'waiting' | 'passed' | 'upgraded' | 'over';

/** One request on its way to the gateway. */
export interface Exchange {
  phase: Phase;
  agent: FrontDoorAgent;
  /** Gives up: ends the wait, or the connection that came of it. */
  abandon(reason: Error): void;
  /** Ends the wait as if the hold had expired, so that the client is answered. */
  release(): void;
}

export const createExchange = (open: OpenFrontDoor, holdMs: number | 'off', report: (held: Held) => void): Exchange => {
  const ending = new AbortController();
  let connection: Socket | undefined;
  const exchange: Exchange = {
    phase: 'waiting',
    agent: new FrontDoorAgent(async () => {
      connection = await holdForGateway(open, holdMs, ending.signal, report);
      if (ending.signal.aborted) {
        connection.destroy();
        throw ending.signal.reason;
      }
      if (exchange.phase === 'waiting') exchange.phase = 'passed';
      return connection;
    }),
    abandon: (reason) => {
      exchange.phase = 'over';
      ending.abort(reason);
      connection?.destroy();
    },
    release: () => ending.abort(new Stopping()),
  };
  return exchange;
};

/** What to tell a client whose request failed in `phase`. With the hold off a failure is passed on as one: no Retry-After. */
export const describeFailure = (error: unknown, phase: Phase, holdMs: number | 'off'): Answer => {
  if (error instanceof BodyTooLarge) {
    return { status: 413, type: 'nemoclaw_limit', code: 'body_too_large', message: error.message };
  }
  const again = holdMs === 'off' ? { status: 502 } : { status: 503, retryAfterSeconds: RETRY_AFTER_SECONDS };
  if (phase === 'passed') {
    const message =
      "the agent's gateway ended the connection before it answered; the request may have reached it and was not repeated";
    return { ...again, type: 'nemoclaw_gateway', code: 'gateway_lost', message };
  }
  const reason =
    error instanceof HoldExpired ? error.reason : error instanceof Stopping ? 'relay is stopping' : 'unknown';
  const message = `the agent's gateway is not there (${reason}); the request was not delivered`;
  return { ...again, type: 'nemoclaw_gateway', code: 'gateway_unavailable', message };
};
