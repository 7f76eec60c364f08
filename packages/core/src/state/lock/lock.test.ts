import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { CodedError } from '@nemoclaw/plugin-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock } from './lock.ts';
import { systemProcessFacts } from './process-facts.ts';

let root: string;
let folder: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nemoclaw lock '));
  folder = join(root, 'locks');
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(root, { recursive: true });
});

const lock = (operation = 'onboard') =>
  acquireLock({
    folder,
    name: 'demo',
    operation,
    facts: systemProcessFacts(),
    now: () => new Date('2026-11-21T09:00:00Z'),
  });
const failureOf = async (work: Promise<unknown>): Promise<CodedError> => {
  try {
    await work;
  } catch (error) {
    return error as CodedError;
  }
  throw new Error('it did not fail');
};

/** A real process with the lock's own code; says one line for each thing that happens. */
const child = (script: string) => {
  const source = `
    import { acquireLock } from ${JSON.stringify(fileURLToPath(new URL('./lock.ts', import.meta.url)))};
    import { systemProcessFacts } from ${JSON.stringify(fileURLToPath(new URL('./process-facts.ts', import.meta.url)))};
    import { openSync, closeSync, unlinkSync } from 'node:fs';
    const [folder, marker] = process.argv.slice(1);
    const lock = () => acquireLock({ folder, name: 'demo', operation: 'child', facts: systemProcessFacts(), now: () => new Date() });
    ${script}`;
  const process_ = spawn(
    process.execPath,
    ['--conditions=source', '--input-type=module-typescript', '--eval', source, folder, join(root, 'marker')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  children.push(process_);
  const lines = createInterface({ input: process_.stdout })[Symbol.asyncIterator]();
  return {
    pid: process_.pid,
    line: async () => (await lines.next()).value as string | undefined,
    exit: async () => (await once(process_, 'exit'))[0] as number | null,
    kill: async () => {
      process_.kill('SIGKILL');
      await once(process_, 'exit');
    },
  };
};

it('is free again after its release, and leaves nothing behind', async () => {
  for (let round = 0; round < 3; round++) await (await lock()).release();
  expect(await readdir(folder)).toEqual([]);
});

it('says who holds it, also within one process', async () => {
  const held = await lock('gateway-restart');
  const error = await failureOf(lock());
  expect(error).toMatchObject({ code: 'BUSY', details: { operation: 'gateway-restart', pid: process.pid } });
  expect(error.message).toContain(`\`gateway-restart\` (process ${process.pid}, since 2026-11-21T09:00:00.000Z)`);
  await held.release();
  await (await lock()).release();
});

it('is its own for each sandbox', async () => {
  const held = await lock();
  const input = { folder, operation: 'x', facts: systemProcessFacts(), now: () => new Date() };
  const others = await Promise.all(['dem', 'demo2', 'demo-2'].map((name) => acquireLock({ ...input, name })));
  await Promise.all([held, ...others].map(({ release }) => release()));
});

it('of a process that was killed is taken over', async () => {
  const holder = child(`await lock(); console.log('held'); setInterval(() => {}, 1000);`);
  expect(await holder.line()).toBe('held');
  expect(await failureOf(lock())).toMatchObject({ code: 'BUSY', details: { pid: holder.pid } });
  await holder.kill();
  const mine = await lock();
  expect((await readdir(folder)).filter((name) => name.endsWith('.claim'))).toHaveLength(1);
  await mine.release();
});

it('is never held by two, however many want it, and dead claims lie in their way', async () => {
  const dead = child(`await lock(); console.log('held'); setInterval(() => {}, 1000);`);
  await dead.line();
  await dead.kill();
  // The marker can be made by one at a time only: whoever finds it there has the lock together with another.
  const contender = `
    for (let won = 0; won < 15; ) {
      let held;
      try { held = await lock(); } catch (error) {
        if (error.code !== 'BUSY') throw error;
        await new Promise((wake) => setTimeout(wake, Math.random() * 5));
        continue;
      }
      closeSync(openSync(marker, 'wx'));
      await new Promise((wake) => setImmediate(wake));
      unlinkSync(marker);
      await held.release();
      won++;
    }`;
  const exits = await Promise.all([1, 2, 3].map(() => child(contender).exit()));
  expect(exits).toEqual([0, 0, 0]);
  expect(await readdir(root)).toEqual(['locks']);
  expect(await readdir(folder)).toEqual([]);
}, 30_000);

it('is never held by two that ask in the same moment', async () => {
  let holders = 0;
  let most = 0;
  const tryOnce = async (): Promise<'had it' | 'busy'> => {
    try {
      const held = await lock();
      most = Math.max(most, ++holders);
      await new Promise((wake) => setImmediate(wake));
      holders--;
      await held.release();
      return 'had it';
    } catch (error) {
      if ((error as CodedError).code !== 'BUSY') throw error;
      return 'busy';
    }
  };
  for (let round = 0; round < 5; round++) {
    const results = await Promise.all(Array.from({ length: 6 }, tryOnce));
    expect(results).toContain('had it');
  }
  expect(most).toBe(1);
});

describe('a claim that can’t be judged', () => {
  it.each([
    [
      'of another machine',
      JSON.stringify({
        owner: { pid: 1, startTime: '', bootId: '', pidNamespace: '', machine: 'elsewhere' },
        operation: 'onboard',
        since: 'x',
      }),
    ],
    ['that is damaged', '{'],
  ])('%s is respected, and its file is named', async (_title, content) => {
    await mkdir(folder, { recursive: true });
    const path = join(folder, 'demo.abc.claim');
    await writeFile(path, content);
    await writeFile(join(folder, 'demo.abc.held'), content);
    const error = await failureOf(lock());
    expect(error.code).toBe('BUSY');
    expect(error.hint).toContain(path);
    expect(await readdir(folder)).toEqual(['demo.abc.claim', 'demo.abc.held']);
  });
});

it('is not waited for once the user interrupts', async () => {
  const signal = AbortSignal.abort({ signal: 'SIGINT' });
  const work = acquireLock({
    folder,
    name: 'demo',
    operation: 'x',
    facts: systemProcessFacts(),
    now: () => new Date(),
    signal,
  });
  expect((await failureOf(work)).code).toBe('INTERRUPTED');
});
