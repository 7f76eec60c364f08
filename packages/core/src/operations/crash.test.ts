import type { JsonObject } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { resumeOperation, runOperation } from './run.ts';
import type { Operation, OperationClock, OperationJournal, OperationStore, Step } from './types.ts';

interface Data extends JsonObject {
  ids: { [step: string]: string };
}

const clock: OperationClock = {
  now: () => new Date(0),
  elapsed: () => 0,
  sleep: () => new Promise(() => {}),
};

/** Disk and engine: what outlives a process. */
interface World {
  journal: string | undefined;
  /** Things made, by id. */
  things: Set<string>;
}

class Dead extends Error {}

/** A process that can be killed at each moment at which the world changes: just before it or just after. */
const processOn = (world: World, dieAt: number) => {
  const killed = Promise.withResolvers<never>();
  killed.promise.catch(() => {});
  let moments = 0;
  const moment = async (): Promise<void> => {
    if (moments++ !== dieAt) return;
    killed.reject(new Dead());
    await new Promise(() => {}); // nothing of this process ever runs again
  };
  const change = async (effect: () => void): Promise<void> => {
    await moment();
    effect();
    await moment();
  };
  const store: OperationStore = {
    writeOperation(_name, journal) {
      const text = JSON.stringify(journal);
      return change(() => {
        world.journal = text;
      });
    },
    clearOperation: () =>
      change(() => {
        world.journal = undefined;
      }),
  };
  const step = (id: string, commit = false): Step<Data> => ({
    id,
    title: id,
    commit,
    async run({ data, save }) {
      // The id is known before the effect, as a generation is: a crash between effect and journal can't hide it.
      data.ids[id] ??= `thing-${id}`;
      await save();
      await change(() => world.things.add(`thing-${id}`));
    },
    async undo() {
      await change(() => world.things.delete(`thing-${id}`));
    },
  });
  const operation = (data: Data): Operation<Data> => ({
    name: 'onboard',
    sandbox: 'demo',
    data,
    steps: [step('a'), step('b'), step('commit', true), step('d')],
  });
  const run = (fail: boolean): Promise<unknown> => {
    const whole = operation({ ids: {} });
    if (fail)
      whole.steps[1] = {
        ...step('b'),
        async run() {
          await change(() => world.things.add('thing-b'));
          throw new Error('no');
        },
      };
    return Promise.race([runOperation(whole, { store, clock }), killed.promise]);
  };
  const resume = (): Promise<unknown> => {
    if (world.journal === undefined) return Promise.resolve();
    const journal = JSON.parse(world.journal) as OperationJournal;
    return Promise.race([resumeOperation(operation(journal.data as Data), journal, { store, clock }), killed.promise]);
  };
  return { run, resume, moments: () => moments };
};

const NEVER = Number.POSITIVE_INFINITY;
const ALL = ['thing-a', 'thing-b', 'thing-commit', 'thing-d'];
const newWorld = (): World => ({ journal: undefined, things: new Set() });

const dies = async (work: Promise<unknown>): Promise<void> => {
  await work.then(
    () => {
      throw new Error('it outlived its own death');
    },
    (error: unknown) => {
      if (!(error instanceof Dead)) throw error;
    },
  );
};

/** Kills at every moment of a run, then at every moment of the resume that follows, then lets a last resume end it. */
const everyWayToDie = async (fail: boolean): Promise<{ ends: Set<string>; ways: number }> => {
  const ends = new Set<string>();
  let ways = 0;
  const whole = processOn(newWorld(), NEVER);
  await whole.run(fail).catch(() => {});
  for (let first = 0; first < whole.moments(); first++) {
    const rehearsal = newWorld();
    await dies(processOn(rehearsal, first).run(fail));
    const second = processOn(rehearsal, NEVER);
    await second.resume();
    for (let again = 0; again <= second.moments(); again++) {
      const world = newWorld();
      await dies(processOn(world, first).run(fail));
      if (again < second.moments()) await dies(processOn(world, again).resume());
      await processOn(world, NEVER).resume();
      ways++;
      expect(world.journal, `killed at ${first}, then at ${again}`).toBeUndefined();
      ends.add([...world.things].sort().join());
    }
  }
  return { ends, ways };
};

describe('SIGKILL at any moment, twice', () => {
  it('ends with all of it or with nothing', async () => {
    const { ends, ways } = await everyWayToDie(false);
    expect([...ends].sort()).toEqual(['', ALL.join()]);
    expect(ways).toBeGreaterThan(200);
  });

  it('while a failure is taken back, ends with nothing', async () => {
    const { ends, ways } = await everyWayToDie(true);
    expect([...ends]).toEqual(['']);
    expect(ways).toBeGreaterThan(50);
  });
});

describe('a disk that fails', () => {
  const failingStore = (world: World, from: number, until: number): OperationStore => {
    let writes = 0;
    const check = (): void => {
      const now = writes++;
      if (now >= from && now < until) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    };
    return {
      async writeOperation(_name, journal) {
        check();
        world.journal = JSON.stringify(journal);
      },
      async clearOperation() {
        world.journal = undefined;
      },
    };
  };
  const makeAll = (world: World, data: Data): Operation<Data> => ({
    name: 'onboard',
    sandbox: 'demo',
    data,
    steps: ['a', 'b', 'commit', 'd'].map((id) => ({
      id,
      title: id,
      commit: id === 'commit',
      run: async () => void world.things.add(`thing-${id}`),
      undo: async () => void world.things.delete(`thing-${id}`),
    })),
  });

  it.each([1, NEVER])('at each write, for %d writes: nothing stays, or the rest is done later', async (length) => {
    const ends = new Set<string>();
    for (let from = 0; from < 8; from++) {
      const world = newWorld();
      const operation = makeAll(world, { ids: {} });
      const error = await runOperation(operation, { store: failingStore(world, from, from + length), clock }).then(
        () => undefined,
        (thrown: { code: string; details: { undo: string } }) => thrown,
      );
      expect(error?.code, `failing from write ${from}`).toBe('DISK_FULL');
      if (world.journal !== undefined) {
        const journal = JSON.parse(world.journal) as OperationJournal;
        await resumeOperation(makeAll(world, journal.data as Data), journal, {
          store: failingStore(world, NEVER, NEVER),
          clock,
        });
      }
      expect(world.journal).toBeUndefined();
      ends.add(`${error?.details.undo}: ${[...world.things].sort().join()}`);
    }
    expect([...ends].sort()).toEqual(['complete: ', 'not needed: ', `not needed: ${ALL.join()}`]);
  });
});
