import { connect } from 'node:net';
import { CodedError, type Driver, type DriverContribution, defineDriver, untilAborted } from '@nemoclaw/plugin-api';
import { expect, it } from 'vitest';
import { DRIVER_CALLS } from './driver-calls.ts';
import { failingChecks, mustsOf } from './failing-checks.fixture.ts';
import { DRIVER_MUSTS } from './musts.ts';
import { type DriverConformance, driverChecks } from './test-driver.ts';

type Call = (
  operation: string,
  signal: AbortSignal | undefined,
  env: Readonly<Record<string, string | undefined>>,
) => Promise<unknown>;

/** Speaks a protocol of one word; only the way it fails is of interest. */
const callThat =
  (believes: (answer: string) => boolean): Call =>
  async (operation, signal, env) => {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<never>();
    const fail = () =>
      reject(new CodedError('ENGINE_NOT_RUNNING', { message: 'The engine does not run.', details: { operation } }));
    const socket = connect(Number(env.ENGINE_PORT), '127.0.0.1', () => socket.write('PING\n'));
    socket.once('data', (data) => (believes(String(data)) ? resolve(undefined as never) : fail()));
    socket.once('error', fail);
    socket.once('close', fail);
    return untilAborted(promise, signal ?? new AbortController().signal).finally(() => socket.destroy());
  };

const call = callThat((answer) => answer === 'PONG');

const driverOf = (how: Call, over: Partial<Driver> = {}, at: Call | undefined = undefined): DriverContribution =>
  defineDriver({
    id: 'sample',
    create: ({ env }) => {
      at?.('create', undefined, env).catch(() => undefined);
      const each = async function* (operation: string, signal: AbortSignal | undefined): AsyncIterable<never> {
        yield (await how(operation, signal, env)) as never;
      };
      const calls = Object.keys(DRIVER_CALLS).map((name) => [
        name,
        (...args: { signal?: AbortSignal }[]) =>
          name === 'logs' || name === 'watch' ? each(name, args.at(-1)?.signal) : how(name, args.at(-1)?.signal, env),
      ]);
      return { ...Object.fromEntries(calls), ...over } as Driver;
    },
  });

const suite: DriverConformance = {
  env: ({ port }) => ({ ENGINE_PORT: String(port) }),
  abortBoundMs: 200,
  failBoundMs: 500,
};
const failures = (driver: DriverContribution, how = suite) => failingChecks(driverChecks(driver, how));

it('the suite passes what keeps the contract', async () => expect(await failures(driverOf(call))).toEqual([]));

const renamed =
  (change: (error: CodedError) => Error): Call =>
  async (...input) => {
    try {
      return await call(...input);
    } catch (error) {
      throw error instanceof CodedError ? change(error) : error;
    }
  };

const MUTANTS: [keyof typeof DRIVER_MUSTS, DriverContribution][] = [
  ['manifest', { ...driverOf(call), id: 'Not An Id' }],
  ['complete', driverOf(call, { list: undefined as never })],
  ['create-pure', driverOf(call, {}, call)],
  ['refused', driverOf(callThat((answer) => answer.includes('403')))],
  ['lied-to', driverOf(callThat((answer) => answer.includes('html')))],
  ['absent', driverOf(renamed(({ details }) => new CodedError('ENGINE_ERROR', { message: 'no', details: details! })))],
  ['coded', driverOf(renamed((error) => new CodedError(error.code, { message: error.message })))],
  [
    'secrets',
    driverOf((operation, signal, env) =>
      renamed(
        ({ code, details }) => new CodedError(code, { message: `with ${env.NVIDIA_API_KEY}`, details: details! }),
      )(operation, signal, env),
    ),
  ],
  [
    'quiet',
    driverOf((...input) => {
      process.stdout.write('');
      return call(...input);
    }),
  ],
  [
    'abort',
    driverOf((operation, signal, env) => {
      if (signal?.aborted || operation !== 'start') return call(operation, signal, env);
      return new Promise((_, reject) => {
        call(operation, undefined, env).catch((error) => setTimeout(() => reject(error), 260));
      });
    }),
  ],
  [
    'aborted-before',
    driverOf(async (operation, signal, env) => call(operation, signal?.aborted ? undefined : signal, env)),
  ],
];

it.each(MUTANTS)('a driver that breaks "%s" fails that and nothing else', async (id, mutant) => {
  expect(await failures(mutant)).toEqual([id]);
});

it.each<[string, DriverConformance]>([
  ['a key that means nothing', { ...suite, more: 1 } as DriverConformance],
  // It would be asked about whatever runs on this host.
  ['no way to say where the engine is', { ...suite, env: () => ({ ENGINE_PORT: '9' }) }],
])('a suite with %s fails', async (_what, wrong) => {
  expect(await failures(driverOf(call), wrong)).toContain('asked');
});

it('has one check for each MUST, and a mutant for each', () => {
  expect(mustsOf(driverChecks(driverOf(call), suite))).toEqual(Object.keys(DRIVER_MUSTS).sort());
  expect([...new Set(MUTANTS.map(([id]) => id)), 'asked'].sort()).toEqual(Object.keys(DRIVER_MUSTS).sort());
});
