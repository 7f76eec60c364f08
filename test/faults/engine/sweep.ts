import { isCodedError } from '@nemoclaw/plugin-api';
import { converge, isProperError, stateOf, wordsOf } from './converge.ts';
import type { SweptOperation } from './operations.ts';
import type { FaultPoint } from './select-cases.ts';
import type { FaultWorld } from './world.ts';

export interface SweepRow extends FaultPoint {
  operation: string;
  /** How the operation ended: `done`, or the code of its error. */
  ending: string;
  /** What `recover` made of it, and what is there after: `healthy` or `none`. */
  after: string;
  elapsedMs: number;
  /** The operation did not ask that often this time. */
  missed: boolean;
  /** Empty when all is as it must be. */
  problems: string[];
}

/**
 * What the operation asks of the engine when nothing is wrong: how often each kind of call, at least. It runs twice, since how
 * often it looks whether something is up depends on the machine.
 */
export const recordKinds = async (world: FaultWorld, operation: SweptOperation): Promise<Map<string, number>> => {
  const record = async (): Promise<Map<string, number>> => {
    await operation.prepare(world);
    world.engine.record();
    await operation.run(world);
    const kinds = new Map<string, number>();
    for (const kind of world.engine.calls) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    return kinds;
  };
  const first = await record();
  const second = await record();
  return new Map(
    [...first].flatMap(([kind, count]) => {
      const least = Math.min(count, second.get(kind) ?? 0);
      return least === 0 ? [] : [[kind, least] as const];
    }),
  );
};

/** One fault in one operation; then, on an engine that is well again, `recover`. */
export const runCase = async (world: FaultWorld, operation: SweptOperation, one: FaultPoint): Promise<SweepRow> => {
  const problems: string[] = [];
  await operation.prepare(world);
  const begin = performance.now();
  // A read is asked once more when its connection breaks; the second time must not save it.
  const times = one.kind.startsWith('GET ') ? 2 : 1;
  world.engine.plan({ kind: one.kind, nth: one.nth, fault: one.fault, times });
  const error: unknown = await operation.run(world).then(
    () => undefined,
    (failure: unknown) => failure,
  );
  const hits = world.engine.mend();
  const elapsedMs = Math.round(performance.now() - begin);
  if (error !== undefined && !isProperError(error)) problems.push(wordsOf(error));
  const ending = error === undefined ? 'done' : isCodedError(error) ? error.code : 'uncoded';

  // What says of itself that it took everything back needs no recover.
  if (isCodedError(error) && error.details?.undo === 'complete' && operation.name === 'onboard') {
    const { state, reasons } = await stateOf(world);
    if (state !== 'none') problems.push(`undone, it says, and ${reasons.join('; ')}`);
  }
  const { after, problems: left } = await converge(world, operation.leads);
  problems.push(...left);
  if (problems.length > 0) await world.wipe();
  return { operation: operation.name, ...one, ending, after, elapsedMs, missed: hits === 0, problems };
};
