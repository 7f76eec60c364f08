import { CodedError, type Driver } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { failingChecks, mustsOf } from './failing-checks.fixture.ts';
import { memoryDriver } from './memory-driver.fixture.ts';
import { DRIVER_ENGINE_MUSTS } from './musts.ts';
import { driverEngineChecks } from './test-driver-engine.ts';

const suite = { env: {}, image: 'there:1', boundMs: 200 };
const checks = (change?: (driver: Driver) => Partial<Driver>) => driverEngineChecks(memoryDriver(change), suite);

/** Says that it is done, and does nothing. */
const idle = async (): Promise<void> => undefined;

const MUTANTS: [keyof typeof DRIVER_ENGINE_MUSTS, (driver: Driver) => Partial<Driver>][] = [
  ['facts', () => ({ hostFacts: async () => ({ engineVersion: 'new' }) as never })],
  [
    'lifecycle',
    (driver) => ({ stop: async (id, options) => driver.stop((await running(driver, id)) ?? 'none', options) }),
  ],
  ['naming', (driver) => ({ rename: (id, name) => driver.rename(id, `${name}-more`) })],
  ['naming', () => ({ setRestartPolicy: idle })],
  ['labels', (driver) => ({ list: ({ part: _, ...labels }) => driver.list(labels) })],
  [
    'networks',
    (driver) => ({ ensureNetwork: async (spec) => ({ ...(await driver.ensureNetwork(spec)), created: true }) }),
  ],
  [
    'networks',
    (driver) => {
      let asked = 0;
      return {
        ensureNetwork: (spec) => driver.ensureNetwork({ ...spec, name: `${spec.name}${asked++ === 1 ? '-2' : ''}` }),
      };
    },
  ],
  [
    'volumes',
    (driver) => ({ ensureVolume: async (spec) => ({ ...(await driver.ensureVolume(spec)), created: true }) }),
  ],
  ['files', (driver) => ({ readFile: async (spec) => (await driver.readFile(spec)) ?? Buffer.from('') })],
  ['files', (driver) => ({ putFiles: (spec) => driver.putFiles({ ...spec, files: spec.files.slice(0, 1) }) })],
  ['exec', (driver) => ({ exec: (id, spec) => driver.exec(id, { ...spec, uid: 0 }) })],
  [
    'not-started',
    (driver) => ({
      exec: async (...input) => {
        const end = await driver.exec(...input);
        return end.started ? end : { ...end, started: true, exitCode: 127 };
      },
    }),
  ],
  [
    'timed-out',
    (driver) => ({
      exec: async (...input) => {
        const end = await driver.exec(...input);
        return end.timedOut ? { ...end, exitCode: 0 } : end;
      },
    }),
  ],
  [
    'helper',
    (driver) => ({ runHelper: async (spec) => leftBy(driver, spec.name, spec.labels, await driver.runHelper(spec)) }),
  ],
  [
    'logs',
    (driver) => ({
      logs: async function* (...input) {
        for await (const line of driver.logs(...input)) yield { ...line, stream: 'stdout' as const };
      },
    }),
  ],
  [
    'undo',
    (driver) => ({
      create: async (spec, { signal } = {}) => {
        const made = await driver.create(spec);
        signal?.throwIfAborted();
        return made;
      },
    }),
  ],
  [
    'not-found',
    (driver) => ({
      start: (id) =>
        driver.start(id).catch(() => {
          throw new CodedError('ENGINE_ERROR', { message: 'no' });
        }),
    }),
  ],
  [
    'conflict',
    (driver) => ({
      create: async (spec, options) => {
        const [rival] = (await driver.list({})).filter(({ name }) => name === spec.name);
        if (rival) await driver.remove(rival.id);
        return driver.create(spec, options);
      },
    }),
  ],
  ['plan', () => ({ unapplied: async () => ['Env'] })],
  ['plan', (driver) => ({ clonePlan: (id, { recorded }) => driver.clonePlan(id, { recorded, wanted: recorded }) })],
  ['watch', () => ({ watch: async function* () {} })],
];

/** The id where it runs, so that stopping it twice is an error. */
async function running(driver: Driver, id: string): Promise<string | undefined> {
  const state = await driver.inspect(id);
  return state?.phase === 'running' ? id : undefined;
}

async function leftBy<T>(driver: Driver, name: string, labels: Record<string, string>, result: T): Promise<T> {
  await driver.ensureVolume({ name: `${name}-left`, labels });
  return result;
}

describe('the suite on an engine', () => {
  it('passes what keeps the contract', async () => expect(await failingChecks(checks())).toEqual([]), 20_000);

  it.each(MUTANTS)(
    'fails a driver that breaks "%s" there and nowhere else',
    async (id, mutant) => expect(await failingChecks(checks(mutant))).toEqual([id]),
    30_000,
  );

  it('fails when it is asked wrongly', async () => {
    expect(await failingChecks(driverEngineChecks(memoryDriver(), { ...suite, more: 1 } as never))).toEqual(['asked']);
    expect(await failingChecks(driverEngineChecks(memoryDriver(), { ...suite, image: 'none:1' }))).toEqual(['asked']);
  });

  it('has one check for each MUST, and a mutant for each', () => {
    expect(mustsOf(checks())).toEqual(Object.keys(DRIVER_ENGINE_MUSTS).sort());
    expect([...new Set(MUTANTS.map(([id]) => id)), 'asked'].sort()).toEqual(Object.keys(DRIVER_ENGINE_MUSTS).sort());
  });
});
