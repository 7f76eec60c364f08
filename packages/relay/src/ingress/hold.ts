import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { FrontDoorClosed, type OpenFrontDoor } from './front-door.ts';

/** The gateway did not come back in time. Nothing of the request was sent. */
export class HoldExpired extends Error {
  override readonly name = 'HoldExpired';
  readonly reason: string;
  constructor(reason: string) {
    super(`the agent's gateway is not there (${reason})`);
    this.reason = reason;
  }
}

export interface Held {
  /** From the first attempt to the pass, or to giving up. */
  waitedMs: number;
  /** More than a moment: what a user would feel. */
  waited: boolean;
}

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 250;
/** An attempt that got no word in this time is made anew: its container may be gone without a goodbye. */
const ATTEMPT_MS = 5_000;
/** With the hold off: time for the front door's own check of the listener, not for a gateway to start. */
const ATTEMPT_WITHOUT_HOLD_MS = 1_000;
const NOTICEABLE_MS = 100;

/**
 * Tries until the front door passes a connection on or `holdMs` is over. Trying again is always safe: before the pass
 * line no byte of the request has left.
 * @throws HoldExpired, or the signal's reason
 */
export const holdForGateway = async (
  open: OpenFrontDoor,
  holdMs: number | 'off',
  signal: AbortSignal,
  report: (held: Held) => void,
): Promise<Socket> => {
  const began = performance.now();
  const elapsed = (): number => performance.now() - began;
  const budgetMs = holdMs === 'off' ? ATTEMPT_WITHOUT_HOLD_MS : holdMs;
  let pauseMs = FIRST_PAUSE_MS;
  try {
    for (;;) {
      try {
        return await open(Math.max(1, Math.ceil(Math.min(ATTEMPT_MS, budgetMs - elapsed()))), signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof FrontDoorClosed)) throw error;
        const left = budgetMs - elapsed();
        if (holdMs === 'off' || left <= 0) throw new HoldExpired(error.code);
        await sleep(Math.min(pauseMs, left), undefined, { signal }).catch(() => signal.throwIfAborted());
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
    }
  } finally {
    report({ waitedMs: Math.round(elapsed()), waited: elapsed() > NOTICEABLE_MS });
  }
};
