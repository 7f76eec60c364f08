import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError, type JsonObject } from '@nemoclaw/plugin-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProgressEvent } from '../api/events.ts';
import { createStateStore, type StateStore } from '../state/store.ts';
import { testClock } from './clock.fixture.ts';
import { resumeOperation, runOperation } from './run.ts';
import type { Operation, OperationClock, Step, StepIo } from './types.ts';

interface Data extends JsonObject {
  made: string[];
}

let home: string;
let store: StateStore;
let log: string[];
let events: ProgressEvent[];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'nemoclaw-operations-'));
  store = createStateStore(home);
  log = [];
  events = [];
});
afterEach(() => rm(home, { recursive: true }));

const step = (id: string, more: Partial<Step<Data>> = {}): Step<Data> => ({
  id,
  title: `Do ${id}`,
  run: async () => void log.push(`run ${id}`),
  undo: async () => void log.push(`undo ${id}`),
  ...more,
});
const operationOf = (...steps: Step<Data>[]): Operation<Data> => ({
  name: 'onboard',
  sandbox: 'demo',
  steps,
  data: { made: [] },
});
const options = (more: object = {}) => ({
  store,
  clock: testClock().clock,
  onProgress: (event: ProgressEvent) => void events.push(event),
  ...more,
});
const boom = async (): Promise<never> => {
  throw new CodedError('PORT_TAKEN', { message: 'boom', hint: 'h', details: { port: 1 } });
};
const failureOf = async (work: Promise<unknown>): Promise<CodedError> => {
  try {
    await work;
  } catch (error) {
    return error as CodedError;
  }
  throw new Error('it did not fail');
};
const states = async () =>
  Object.fromEntries((await store.readOperation('demo'))?.steps.map(({ id, state }) => [id, state]) ?? []);

describe('an operation that goes well', () => {
  it('runs its steps in order, returns their notes and times, and leaves no journal', async () => {
    const outcome = await runOperation(
      operationOf(step('a', { run: async ({ note }) => note('hello') }), step('b')),
      options(),
    );
    expect(log).toEqual(['run b']);
    expect(outcome).toEqual({ timings: { a: 0, b: 0 }, notes: ['a: hello'], warnings: [] });
    expect(await store.readOperation('demo')).toBeUndefined();
  });

  it('has each step on disk as running before it runs, and the data of a save at once', async () => {
    const seen: unknown[] = [];
    const look = async ({ data, save }: StepIo<Data>): Promise<void> => {
      seen.push(await states());
      data.made.push('x');
      await save();
      seen.push((await store.readOperation('demo'))?.data);
    };
    await runOperation(operationOf(step('a'), step('b', { run: look }), step('c')), options());
    expect(seen).toEqual([{ a: 'done', b: 'running', c: 'pending' }, { made: ['x'] }]);
  });

  it('tells of a skipped step with its reason', async () => {
    await runOperation(operationOf(step('a', { run: async ({ skip }) => skip('nothing to do') })), options());
    expect(events.at(-1)).toMatchObject({ type: 'step', id: 'a', state: 'skipped', note: 'nothing to do' });
  });

  it('asks `done` of no step that it has not begun before', async () => {
    await runOperation(operationOf(step('a', { done: async () => true })), options());
    expect(log).toEqual(['run a']);
  });
});

describe('a failure before the commit', () => {
  it('reports, then undoes in reverse what was begun, and throws the first error', async () => {
    const onFailure = async (error: unknown, id: string) =>
      void log.push(`failure ${id} ${(error as CodedError).code}`);
    const error = await failureOf(
      runOperation(
        operationOf(
          step('a'),
          step('skipped', { run: async ({ skip }) => skip('x') }),
          step('b', { run: boom }),
          step('c'),
        ),
        options({ onFailure }),
      ),
    );
    expect(log).toEqual(['run a', 'failure b PORT_TAKEN', 'undo b', 'undo a']);
    expect(error).toMatchObject({ code: 'PORT_TAKEN', message: 'boom', hint: 'h' });
    expect(error.details).toEqual({ port: 1, operation: 'onboard', step: 'b', undo: 'complete' });
    expect(await store.readOperation('demo')).toBeUndefined();
  });

  it('goes on undoing when one undo fails, keeps the journal and points to recover', async () => {
    const undo = async (): Promise<void> => {
      throw new Error('engine is gone');
    };
    const error = await failureOf(
      runOperation(operationOf(step('a'), step('b', { undo }), step('c', { run: boom })), options()),
    );
    expect(log).toEqual(['run a', 'run b', 'undo c', 'undo a']);
    expect(error.code).toBe('PORT_TAKEN');
    expect(error.hint).toContain('`nemoclaw demo recover`');
    expect(error.details).toMatchObject({ undo: 'incomplete', undoFailures: ['b: engine is gone'] });
    expect(await states()).toEqual({ a: 'undone', b: 'undo-failed', c: 'undone' });
  });

  it('undoes even when on-failure itself fails', async () => {
    const error = await failureOf(runOperation(operationOf(step('a', { run: boom })), options({ onFailure: boom })));
    expect(error.details?.undo).toBe('complete');
  });

  it('gives on-failure two thirds of the budget and the undo the rest', async () => {
    const time = testClock();
    const bounds: number[] = [];
    const clock: OperationClock = {
      ...time.clock,
      sleep(ms, signal) {
        bounds.push(ms);
        // Only on-failure's own bound passes.
        return ms === 20_000 ? Promise.resolve() : time.clock.sleep(ms, signal);
      },
    };
    const error = await failureOf(
      runOperation(operationOf(step('a', { run: boom })), options({ onFailure: () => new Promise(() => {}), clock })),
    );
    expect(bounds).toEqual([30_000, 20_000]);
    expect(error.details?.undo).toBe('complete');
    expect(log).toEqual(['undo a']);
  });

  it('gives up an undo that hangs when the budget is over', async () => {
    const time = testClock();
    const undo = () => {
      queueMicrotask(time.letTimePass);
      return new Promise<void>(() => {});
    };
    const error = await failureOf(
      runOperation(operationOf(step('a'), step('b', { run: boom, undo })), options({ clock: time.clock })),
    );
    expect(error.details).toMatchObject({ undo: 'incomplete' });
    expect(await states()).toEqual({ a: 'done', b: 'undo-failed' });
    expect((await store.readOperation('demo'))?.direction).toBe('back');
  });

  it('has nothing to undo when even the first journal could not be written', async () => {
    const full = { ...store, writeOperation: () => Promise.reject(new CodedError('DISK_FULL', { message: 'full' })) };
    const error = await failureOf(runOperation(operationOf(step('a')), options({ store: full })));
    expect(error).toMatchObject({ code: 'DISK_FULL', details: { undo: 'not needed' } });
    expect(log).toEqual([]);
  });
});

describe('an interruption', () => {
  it('between steps stops before the next one and takes back', async () => {
    const controller = new AbortController();
    const run = async () => controller.abort({ signal: 'SIGINT' });
    const seen: unknown[] = [];
    const onFailure = async (_error: unknown, id: string, by: unknown) => void seen.push(id, by);
    const error = await failureOf(
      runOperation(operationOf(step('a', { run }), step('b')), options({ signal: controller.signal, onFailure })),
    );
    expect(log).toEqual(['undo a']);
    expect(seen).toEqual(['b', 'SIGINT']);
    expect(error).toMatchObject({ code: 'INTERRUPTED', details: { signal: 'SIGINT', undo: 'complete' } });
  });

  it('inside a step is INTERRUPTED, whatever the step made of it', async () => {
    const controller = new AbortController();
    const run = async () => {
      controller.abort({ signal: 'SIGTERM' });
      throw new Error('socket hang up');
    };
    const error = await failureOf(
      runOperation(operationOf(step('a', { run })), options({ signal: controller.signal })),
    );
    expect(error).toMatchObject({ code: 'INTERRUPTED', details: { signal: 'SIGTERM' } });
  });

  it('past the commit lets the rest be done, and is then a success', async () => {
    const controller = new AbortController();
    const heard: boolean[] = [];
    const rest = async ({ signal }: StepIo<Data>) => {
      controller.abort({ signal: 'SIGINT' });
      await Promise.resolve();
      heard.push(signal.aborted);
    };
    const { warnings } = await runOperation(
      operationOf(step('a', { commit: true }), step('b', { run: rest }), step('c')),
      options({ signal: controller.signal }),
    );
    expect([warnings, heard, log]).toEqual([[], [false], ['run a', 'run c']]);
    expect(await store.readOperation('demo')).toBeUndefined();
  });

  it('past the commit ends the rest when it takes longer than an undo may, and leaves it to recover', async () => {
    const controller = new AbortController();
    const { clock, letTimePass } = testClock();
    const hangs = ({ signal }: StepIo<Data>) =>
      new Promise<void>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('cancelled')));
        controller.abort({ signal: 'SIGINT' });
        letTimePass();
      });
    const error = await failureOf(
      runOperation(
        operationOf(step('a', { commit: true }), step('b', { run: hangs })),
        options({ clock, signal: controller.signal }),
      ),
    );
    expect(error).toMatchObject({ code: 'INTERRUPTED', details: { signal: 'SIGINT', undo: 'not needed' } });
    expect(await store.readOperation('demo')).toMatchObject({ committed: true });
  });

  it('before anything began leaves nothing to undo', async () => {
    const error = await failureOf(
      runOperation(operationOf(step('a')), options({ signal: AbortSignal.abort({ signal: 'SIGINT' }) })),
    );
    expect(error.details).toMatchObject({ undo: 'not needed' });
    expect(await store.listNames()).toEqual([]);
  });
});

describe('a failure past the commit', () => {
  const committed = (more: Partial<Operation<Data>>) => ({
    ...operationOf(step('a'), step('b', { commit: true }), step('c', { run: boom })),
    ...more,
  });

  it('takes nothing back, throws and keeps the journal for recover', async () => {
    const error = await failureOf(runOperation(committed({}), options()));
    expect(log).toEqual(['run a', 'run b']);
    expect(error).toMatchObject({ code: 'PORT_TAKEN', details: { undo: 'not needed' } });
    expect(error.hint).toContain('`nemoclaw demo recover`');
    expect(await store.readOperation('demo')).toMatchObject({ committed: true, direction: 'forward' });
  });

  it('is a warning where the operation says so', async () => {
    const outcome = await runOperation(committed({ afterCommit: 'warn' }), options());
    expect(outcome.warnings).toEqual([expect.stringContaining('Do c: boom')]);
    expect(await store.readOperation('demo')).toMatchObject({ committed: true });
  });

  it('is what a commit becomes that could not be written down', async () => {
    let writes = 0;
    // 1 and 2: step a; 3: b is running; 4: b is done.
    const flaky = {
      ...store,
      writeOperation: (...args: Parameters<StateStore['writeOperation']>) =>
        ++writes === 4 ? boom() : store.writeOperation(...args),
    };
    const error = await failureOf(
      runOperation(operationOf(step('a'), step('b', { commit: true })), options({ store: flaky })),
    );
    expect(error.details?.undo).toBe('not needed');
    const journal = await store.readOperation('demo');
    if (!journal) throw new Error('no journal');
    const again = await resumeOperation(operationOf(step('a'), step('b', { commit: true })), journal, options());
    expect(again.direction).toBe('forward');
    expect(log).toEqual(['run a', 'run b', 'run b']);
  });
});

describe('resume', () => {
  const cutOff = async (journalSteps: [string, string][], more: object = {}) =>
    ({
      version: 1,
      operation: 'onboard',
      sandbox: 'demo',
      startedAt: '2026-11-21T00:00:00.000Z',
      pid: 1,
      committed: false,
      direction: 'forward',
      steps: journalSteps.map(([id, state]) => ({ id, state })),
      data: { made: [] },
      ...more,
    }) as never;

  it('past the commit runs the rest, asking `done` of the step that was cut off', async () => {
    const steps = [step('a', { commit: true }), step('b', { done: async () => true }), step('c')];
    const outcome = await resumeOperation(
      operationOf(...steps),
      await cutOff(
        [
          ['a', 'done'],
          ['b', 'running'],
          ['c', 'pending'],
        ],
        { committed: true },
      ),
      options(),
    );
    expect(outcome.direction).toBe('forward');
    expect(log).toEqual(['run c']);
  });

  it('before the commit undoes everything that was begun', async () => {
    const outcome = await resumeOperation(
      operationOf(step('a'), step('b'), step('c', { commit: true })),
      await cutOff([
        ['a', 'done'],
        ['b', 'running'],
        ['c', 'pending'],
      ]),
      options(),
    );
    expect(outcome.direction).toBe('back');
    expect(log).toEqual(['undo b', 'undo a']);
  });

  it('goes on with an undo that was under way, failed ones included', async () => {
    await resumeOperation(
      operationOf(step('a'), step('b'), step('c'), step('d')),
      await cutOff(
        [
          ['a', 'done'],
          ['b', 'undoing'],
          ['c', 'undo-failed'],
          ['d', 'undone'],
        ],
        { direction: 'back' },
      ),
      options(),
    );
    expect(log).toEqual(['undo c', 'undo b', 'undo a']);
  });

  it('undoes once more what was undone while a later step could not be', async () => {
    await resumeOperation(
      operationOf(step('a'), step('b'), step('c'), step('d')),
      await cutOff(
        [
          ['a', 'undone'],
          ['b', 'skipped'],
          ['c', 'undo-failed'],
          ['d', 'undone'],
        ],
        { direction: 'back' },
      ),
      options(),
    );
    expect(log).toEqual(['undo c', 'undo a']);
  });

  it('says UNDO_FAILED and keeps the journal when it can’t take back either', async () => {
    const journal = await cutOff([['a', 'done']]);
    await store.writeOperation('demo', journal);
    const error = await failureOf(
      resumeOperation(operationOf(step('a', { undo: boom }), step('b')), journal, options()),
    );
    expect(error).toMatchObject({ code: 'UNDO_FAILED', details: { undoFailures: ['a: boom'] } });
    expect(await states()).toEqual({ a: 'undo-failed', b: 'pending' });
  });

  it('refuses a journal with steps that it does not know, and changes nothing', async () => {
    const error = await failureOf(
      resumeOperation(operationOf(step('a')), await cutOff([['newer', 'done']]), options()),
    );
    expect(error.code).toBe('NOT_SUPPORTED');
    expect(log).toEqual([]);
  });
});

it('writes journals that a person can read', async () => {
  await failureOf(runOperation(operationOf(step('a', { run: boom, undo: boom })), options()));
  expect(await readFile(store.paths('demo').operation, 'utf8')).toContain('"state": "undo-failed"');
});
