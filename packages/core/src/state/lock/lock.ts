import { setTimeout as delay } from 'node:timers/promises';
import { codedError } from '../../errors/index.ts';
import { interrupted } from '../../operations/signals.ts';
import { naming } from '../atomic-file.ts';
import {
  announce,
  type Claim,
  discard,
  type FoundClaim,
  listClaims,
  listUnannounced,
  markHeld,
  withdraw,
} from './claims.ts';
import { judgeOwner, type ProcessStamp } from './judge.ts';
import type { ProcessFacts } from './process-facts.ts';

export interface LockInput {
  /** Folder of all locks' claims. */
  folder: string;
  /** Sandbox that is locked. */
  name: string;
  operation: string;
  /** What the lock is on, for the message; `Sandbox <name>` without, whose status the hint then names. */
  subject?: string;
  facts: ProcessFacts;
  now: () => Date;
  signal?: AbortSignal;
}

export interface HeldLock {
  release(): Promise<void>;
}

/** How long two that came at the same moment step aside for one another before one of them says BUSY. */
const CONTENTION_MS = 3_000;

const busy = ({ name, subject }: LockInput, { claim, path }: FoundClaim, verdict: 'alive' | 'unknowable') => {
  const who = claim
    ? `\`${claim.operation}\` (process ${claim.owner.pid}, since ${claim.since})`
    : 'somebody whose claim can’t be read';
  return codedError('BUSY', {
    message: `${subject ?? `Sandbox ${name}`} is being changed by ${who}.`,
    hint:
      verdict === 'alive'
        ? `Wait until it is done, or end it, then try again${subject === undefined ? `; \`nemoclaw ${name} status\` shows what runs` : ''}.`
        : `Whether it still lives can't be seen from here (another machine or container). If it does not, remove ${path}.`,
    details: {
      name,
      claim: path,
      ...(claim ? { operation: claim.operation, pid: claim.owner.pid, since: claim.since } : {}),
    },
  });
};

type Opponent = { found: FoundClaim; verdict: 'alive' | 'unknowable' };

/** Claims of others that may be alive; those of the dead are taken away, which is safe since no name is used twice. */
const opponents = async (input: LockInput, here: ProcessStamp, own: string): Promise<Opponent[]> => {
  const alive: Opponent[] = [];
  for (const found of await listClaims(input)) {
    if (found.id === own) continue;
    const verdict = found.claim
      ? judgeOwner(found.claim.owner, here, await input.facts.observe(found.claim.owner.pid))
      : 'unknowable';
    if (verdict === 'dead') await withdraw(input, found.id);
    else alive.push({ found, verdict });
  }
  for (const { id, claim } of await listUnannounced(input))
    if (judgeOwner(claim.owner, here, await input.facts.observe(claim.owner.pid)) === 'dead') await discard(input, id);
  return alive;
};

/**
 * Announce, then look: each contender puts a claim of its own into the folder and lists the folder afterwards. Of two,
 * the one that announced second sees the other, so two can never both find themselves alone; nothing depends on
 * removing what another one owns. BUSY (exit 75) says who holds it.
 */
export const acquireLock = async (input: LockInput): Promise<HeldLock> => {
  const here = await input.facts.self();
  const claim: Claim = { owner: here, operation: input.operation, since: input.now().toISOString() };
  const deadline = performance.now() + CONTENTION_MS;
  for (;;) {
    if (input.signal?.aborted)
      throw interrupted(`Waiting for ${input.subject ?? `sandbox ${input.name}`}`, input.signal);
    const id = await naming(input.folder, () => announce(input, claim));
    const others = await opponents(input, here, id).catch(async (error: unknown) => {
      await withdraw(input, id);
      throw error;
    });
    if (others.length === 0) {
      await markHeld(input, id);
      return { release: () => withdraw(input, id) };
    }
    await withdraw(input, id);
    const holder = others.find(({ found }) => found.held || found.claim === undefined);
    const first = holder ?? others[0];
    if (first && (holder !== undefined || performance.now() > deadline)) throw busy(input, first.found, first.verdict);
    // Nobody holds it, some want it at the same moment: step aside for an uneven while.
    await delay(2 + Math.random() * 40);
  }
};
