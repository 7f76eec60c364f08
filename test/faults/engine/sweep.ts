import type { Nemoclaw } from '@nemoclaw/core';
import { type CodedError, isCodedError } from '@nemoclaw/plugin-api';
import type { Fault } from './apply-fault.ts';
import type { SweptOperation } from './operations.ts';
import type { FaultWorld } from './world.ts';

export interface SweepCase {
  operation: string;
  kind: string;
  /** Which of the operation's calls of that kind, from 0. */
  nth: number;
  fault: Fault;
}

export interface SweepRow extends SweepCase {
  /** How the operation ended: `done`, or the code of its error. */
  ending: string;
  /** What `recover` made of it, and what is there after: `healthy` or `none`. */
  after: string;
  elapsedMs: number;
  /** Empty when all is as it must be. */
  problems: string[];
}

/** A read that is repeated changes nothing; every other kind of call meets every fault. */
export const faultsFor = (kind: string, faults: readonly Fault[]): Fault[] =>
  faults.filter((fault) => fault !== 'twice' || !kind.startsWith('GET '));

/** What the operation asks of the engine when nothing is wrong: how often each kind of call. */
export const recordKinds = async (world: FaultWorld, operation: SweptOperation): Promise<Map<string, number>> => {
  await operation.prepare(world);
  world.engine.record();
  await operation.run(world);
  const kinds = new Map<string, number>();
  for (const kind of world.engine.calls) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  return kinds;
};

const attempt = async (work: () => Promise<unknown>): Promise<{ error?: unknown }> => {
  try {
    await work();
    return {};
  } catch (error) {
    return { error };
  }
};

const wordsOf = (error: unknown): string =>
  isCodedError(error) ? `${error.code}: ${error.message}` : `no coded error: ${(error as Error)?.stack ?? error}`;

/** What must be left of a sandbox that is healthy, and nothing else. */
const isWhole = (found: string[], name: string): boolean => {
  const count = (what: string) => found.filter((line) => line.startsWith(what)).length;
  return (
    found.includes('folder of the sandbox') &&
    found.every((line) => /^(container|network|volume|folder) /.test(line)) &&
    count(`container nemoclaw-${name}-`) === 2 &&
    count('container ') === 2 &&
    count('volume ') === 5 &&
    count('network ') === 2
  );
};

type State = 'healthy' | 'none' | 'neither';

const stateOf = async (world: FaultWorld): Promise<{ state: State; found: string[]; reasons: string[] }> => {
  const found = await world.remains();
  if (found.length === 0) return { state: 'none', found, reasons: [] };
  if (!isWhole(found, world.name)) return { state: 'neither', found, reasons: [`left: ${found.join(', ')}`] };
  const live = await world
    .command((nemoclaw) => nemoclaw.status(world.name, { live: true }))
    .then(({ live }) => live)
    .catch((error: unknown) => ({ verdict: 'unknown', reasons: [wordsOf(error)] }));
  return live?.verdict === 'ready'
    ? { state: 'healthy', found, reasons: [] }
    : { state: 'neither', found, reasons: live?.reasons ?? [] };
};

const recover = (world: FaultWorld): Promise<string> =>
  world.command(async (nemoclaw: Nemoclaw) => {
    try {
      return (await nemoclaw.recover(world.name)).verdict;
    } catch (error) {
      if (isCodedError(error) && error.code === 'SANDBOX_NOT_FOUND') return 'nothing there';
      throw error;
    }
  });

const undoOf = (error: CodedError): unknown => error.details?.undo;

/** One fault in one operation; then, on an engine that is well again, `recover`. */
export const runCase = async (world: FaultWorld, operation: SweptOperation, one: SweepCase): Promise<SweepRow> => {
  const problems: string[] = [];
  await operation.prepare(world);
  const begin = performance.now();
  // A read is asked once more when its connection breaks; the second time must not save it.
  const times = one.kind.startsWith('GET ') ? 2 : 1;
  world.engine.plan({ kind: one.kind, nth: one.nth, fault: one.fault, times });
  const { error } = await attempt(() => operation.run(world));
  const hits = world.engine.mend();
  const elapsedMs = Math.round(performance.now() - begin);
  if (hits === 0) problems.push('the operation made no such call');
  if (error !== undefined && (!isCodedError(error) || error.code === 'INTERNAL_ERROR')) problems.push(wordsOf(error));
  const ending = error === undefined ? 'done' : isCodedError(error) ? error.code : 'uncoded';

  // What says of itself that it took everything back needs no recover.
  if (isCodedError(error) && undoOf(error) === 'complete' && operation.name === 'onboard') {
    const { state, reasons } = await stateOf(world);
    if (state !== 'none') problems.push(`undone, it says, and ${reasons.join('; ')}`);
  }
  let recovered = 'not recovered';
  const healing = await attempt(async () => {
    recovered = await recover(world);
  });
  if (healing.error !== undefined) problems.push(`recover: ${wordsOf(healing.error)}`);
  const { state, reasons } = await stateOf(world);
  if (state === 'neither' || !operation.leads.includes(state))
    problems.push(`after recover (${recovered}) ${state}: ${reasons.join('; ')}`);
  if (problems.length > 0) await world.wipe();
  return { ...one, ending, after: `${recovered}, ${state}`, elapsedMs, problems };
};
