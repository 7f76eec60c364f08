import { setTimeout as sleep } from 'node:timers/promises';
import { LABELS, type Labels } from '@nemoclaw/plugin-api';
import type { Engine } from '../engine/call.ts';
import { isCode, isUnanswered, statusOf } from '../engine/codes.ts';
import { foreignLabel } from '../networks/state.ts';

interface CreateSpec {
  name: string;
  body: { Labels?: Labels; [field: string]: unknown };
  signal?: AbortSignal | undefined;
}

/** How long a create that is in flight may take until the engine shows what came of it. */
const APPEARS_WITHIN_MS = 15_000;

/** A generation is of one container, and names of throw-aways are random: who has name and labels is the one asked for. */
const isAskedFor = (wanted: Labels, present: Labels): boolean =>
  wanted[LABELS.role] !== undefined &&
  wanted[LABELS.generation] === present[LABELS.generation] &&
  foreignLabel(wanted, present, []) === undefined;

/**
 * What became of a create that failed. A name is given once, so asking for it again either makes the container now or is
 * refused because the first request came to be, at the latest then; until it is whole it is in no list. Rejects with that
 * same failure when it is somebody else who has the name.
 */
const settleCreate = async (
  engine: Engine,
  { name, body }: CreateSpec,
  ask: () => Promise<{ id: string }>,
  failure: unknown,
): Promise<string> => {
  const look = { operation: 'inspect container', object: name, answer: 'json', idempotent: true } as const;
  const unanswered = isUnanswered(failure);
  const begin = performance.now();
  do {
    const there = await engine
      .call(look, (docker) => docker.getContainer(encodeURIComponent(name)).inspect())
      .catch((error: unknown) => {
        if (isCode(error, 'ENGINE_NOT_FOUND')) return undefined;
        throw failure;
      });
    if (there && isAskedFor(body.Labels ?? {}, there.Config.Labels ?? {})) return there.Id;
    if (there || !unanswered) break;
    try {
      return (await ask()).id;
    } catch (error) {
      if (!isCode(error, 'ENGINE_CONFLICT')) throw error;
    }
    await sleep(100);
  } while (performance.now() - begin < APPEARS_WITHIN_MS);
  throw failure;
};

/**
 * Creates a container and leaves none behind that the caller doesn't learn of. A client that goes away never cancels a
 * create, so an abort waits for the answer and removes what came of it; an answer that never came is asked for again.
 */
export const createContainer = async (engine: Engine, spec: CreateSpec): Promise<string> => {
  spec.signal?.throwIfAborted();
  const asked = { operation: 'create container', object: spec.name, answer: 'json' } as const;
  // Query and body apart: dockerode would put the whole body, environment included, into the URL as well.
  const options = { _query: { name: spec.name }, _body: spec.body } as object;
  const ask = () => engine.call(asked, (docker) => docker.createContainer(options));
  const id = await ask().then(
    (made) => made.id,
    (failure: unknown) => {
      if (!isUnanswered(failure) && !isCode(failure, 'ENGINE_CONFLICT')) throw failure;
      return settleCreate(engine, spec, ask, failure);
    },
  );
  if (spec.signal?.aborted) {
    await removeContainer(engine, id, { force: true });
    throw spec.signal.reason;
  }
  return id;
};

/** Resolves when it is gone, also when it was gone before or somebody else is removing it. */
export const removeContainer = async (
  engine: Engine,
  id: string,
  { force = false, signal }: { force?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<void> => {
  try {
    const asked = {
      operation: 'remove container',
      object: id,
      answer: 'none',
      timeoutMs: engine.budgets.start,
      idempotent: true,
      signal,
    } as const;
    // `v`: anonymous volumes only; named ones stay.
    await engine.call(asked, (docker) => docker.getContainer(encodeURIComponent(id)).remove({ force, v: true }));
  } catch (error) {
    if (isCode(error, 'ENGINE_NOT_FOUND')) return;
    if (statusOf(error) === 409 && /removal of container .* already in progress/i.test((error as Error).message)) {
      return waitUntilGone(engine, id, signal);
    }
    throw error;
  }
};

const waitUntilGone = async (engine: Engine, id: string, signal: AbortSignal | undefined): Promise<void> => {
  const asked = {
    operation: 'wait for removal of container',
    object: id,
    answer: 'json',
    timeoutMs: engine.budgets.start,
    signal,
  } as const;
  try {
    await engine.call(asked, (docker) => docker.getContainer(encodeURIComponent(id)).wait({ condition: 'removed' }));
  } catch (error) {
    if (!isCode(error, 'ENGINE_NOT_FOUND')) throw error;
  }
};

/** Create, use, remove: whatever happens, the caller's abort included. The removal has a budget of its own. */
export const withThrowaway = async <T>(
  engine: Engine,
  spec: { name: string; body: { Labels: Labels }; signal: AbortSignal | undefined },
  use: (id: string) => Promise<T>,
): Promise<T> => {
  let id: string;
  try {
    id = await createContainer(engine, spec);
  } catch (error) {
    if (isUnanswered(error)) await removeHidden(engine, spec.name);
    throw error;
  }
  let result: T;
  try {
    result = await use(id);
  } catch (error) {
    // The first failure is what the caller must see.
    await removeContainer(engine, id, { force: true }).catch(() => {});
    throw error;
  }
  await removeContainer(engine, id, { force: true });
  return result;
};

/** A create whose answer never came may still come to be for a while, and is in no list until then. */
const removeHidden = async (engine: Engine, name: string): Promise<void> => {
  for (let round = 0; round < 5; round++) {
    try {
      await removeContainer(engine, name, { force: true });
    } catch {
      return;
    }
    await sleep(400);
  }
};
