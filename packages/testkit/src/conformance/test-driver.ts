import { type Driver, type DriverContribution, isCodedError } from '@nemoclaw/plugin-api';
import { expect } from 'vitest';
import { type Check, declare, expectKeys, expectNoSecret, SECRET } from './checks.ts';
import { DRIVER_CALLS } from './driver-calls.ts';
import { absentEngine, type Behaviour, type EngineAddress, startFakeEngine } from './engines.ts';
import { deepFreeze } from './freeze.ts';
import { DRIVER_MUSTS } from './musts.ts';
import { expectQuiet } from './printed.ts';
import { type Settled, settledWithin } from './settles.ts';

export interface DriverConformance {
  /** Environment that points the driver at an engine there. */
  env: (engine: EngineAddress) => Record<string, string>;
  /** How soon a call must have ended after an abort. */
  abortBoundMs?: number;
  /** How soon a call must have failed that cannot succeed. */
  failBoundMs?: number;
}

type CallName = keyof typeof DRIVER_CALLS;
type Ended = { name: CallName; end: Settled<unknown> };

const NAMES = Object.keys(DRIVER_CALLS) as CallName[];
/** Calls whose answer is data, so that a wrong answer can be told from a right one. */
const ASKING: CallName[] = ['hostFacts', 'list', 'listNetworks', 'listVolumes', 'listImages', 'inspect'];

/** May have left something on the engine: they take it away before they end, for as long as there is an engine. */
const LEAVING: CallName[] = ['create', 'exec', 'interactive', 'runHelper'];

const endOf = (driver: Driver, name: CallName, signal: AbortSignal, boundMs: number): Promise<Settled<unknown>> =>
  settledWithin((async () => DRIVER_CALLS[name](driver, signal))(), boundMs);

/** Not started is said in the result where there is a word for it. */
const saysNotStarted = (value: unknown): boolean => {
  const result = value as { outcome?: unknown; started?: unknown } | undefined;
  return result?.outcome === 'not_started' || result?.started === false;
};

const failed = ({ end }: Ended): boolean =>
  end.state === 'rejected' || (end.state === 'resolved' && saysNotStarted(end.value));

/** Names of those for which something does not hold; one line for each in a failure. */
const without = (all: Ended[], holds: (one: Ended) => boolean): string[] =>
  all.filter((one) => !holds(one)).map(({ name, end }) => `${name}: ${end.state}`);

/** Every MUST of the contract that needs no engine; what a real engine shows is tested on one. */
export function driverChecks(
  contribution: DriverContribution,
  conformance: DriverConformance,
): Check<keyof typeof DRIVER_MUSTS>[] {
  const { env, abortBoundMs = 1000, failBoundMs = 5000 } = conformance;
  const make = (at: EngineAddress): Driver =>
    contribution.create({ env: deepFreeze({ ...env(at), NVIDIA_API_KEY: SECRET }) });

  const allOn = async (at: EngineAddress, names: CallName[] = NAMES): Promise<Ended[]> => {
    const driver = make(at);
    const live = new AbortController();
    // One that is missing is a matter of `complete`.
    const there = names.filter((name) => typeof driver[name] === 'function');
    try {
      return await Promise.all(
        there.map(async (name) => ({ name, end: await endOf(driver, name, live.signal, failBoundMs) })),
      );
    } finally {
      live.abort(new Error('the check is over'));
    }
  };
  const onFake = async (behaviour: Behaviour, names?: CallName[]): Promise<Ended[]> => {
    const engine = await startFakeEngine(behaviour);
    try {
      return await allOn(engine, names);
    } finally {
      await engine.close();
    }
  };
  const codeOf = ({ end }: Ended): string | undefined =>
    end.state === 'rejected' && isCodedError(end.error) ? end.error.code : undefined;

  return [
    {
      id: 'asked',
      title: 'is asked with what the suite knows',
      run: () => {
        expectKeys(conformance, ['env', 'abortBoundMs', 'failBoundMs'], 'the suite');
        const address = { host: '127.0.0.1', port: 4243 };
        expect(JSON.stringify(env(address)), 'the address is not in its environment').toContain('4243');
      },
    },
    {
      id: 'manifest',
      title: 'says what it is',
      run: () => {
        expectKeys(contribution, ['kind', 'id', 'create'], 'the driver');
        expect(contribution.kind).toBe('driver');
        expect(contribution.id).toMatch(/^[a-z][a-z0-9-]*$/);
      },
    },
    {
      id: 'complete',
      title: 'has every call of a driver',
      run: async () => {
        const driver = make(await absentEngine()) as unknown as Record<string, unknown>;
        expect(NAMES.filter((name) => typeof driver[name] !== 'function')).toEqual([]);
      },
    },
    {
      id: 'create-pure',
      title: 'is made without asking anybody',
      run: async () => {
        const engine = await startFakeEngine('hangs');
        const made = make(engine);
        await new Promise((resolve) => setTimeout(resolve, 50));
        expect(made).not.toBeInstanceOf(Promise);
        expect(engine.contacted()).toBe(0);
        await engine.close();
      },
    },
    {
      id: 'absent',
      title: 'says ENGINE_NOT_RUNNING in each call when there is no engine',
      run: async () => {
        const all = await allOn(await absentEngine());
        expect(without(all, (one) => failed(one) && [undefined, 'ENGINE_NOT_RUNNING'].includes(codeOf(one)))).toEqual(
          [],
        );
      },
    },
    ...(['refuses', 'hangs up'] as const).map((behaviour) => ({
      id: 'refused' as const,
      title: `takes no call for done by an engine that ${behaviour}`,
      run: async () => expect(without(await onFake(behaviour), failed)).toEqual([]),
    })),
    {
      id: 'lied-to',
      title: 'does not believe an answer that is none',
      run: async () => expect(without(await onFake('lies', ASKING), failed)).toEqual([]),
    },
    {
      id: 'coded',
      title: 'fails with errors that have a code and name the operation',
      run: async () => {
        const all = [...(await onFake('refuses')), ...(await allOn(await absentEngine()))];
        const rejected = all.filter(({ end }) => end.state === 'rejected');
        const named = ({ end }: Ended) =>
          end.state === 'rejected' && isCodedError(end.error) && typeof end.error.details?.operation === 'string';
        expect(without(rejected, named)).toEqual([]);
      },
    },
    {
      id: 'secrets',
      title: 'keeps secrets of the environment out of its errors',
      run: async () => {
        for (const { end } of [...(await onFake('refuses')), ...(await allOn(await absentEngine()))]) {
          if (end.state === 'resolved') expectNoSecret(end.value);
          if (end.state !== 'rejected') continue;
          const { message, hint, details } = end.error as { message?: string; hint?: string; details?: unknown };
          expectNoSecret([message, hint, details]);
        }
      },
    },
    {
      id: 'quiet',
      title: 'writes nothing to stdout, also when its engine says no',
      run: () => expectQuiet(() => onFake('refuses')),
    },
    {
      id: 'abort',
      title: `ends each call within ${abortBoundMs} ms of an abort, although the engine never answers`,
      run: async () => {
        const engine = await startFakeEngine('hangs');
        const driver = make(engine);
        const controller = new AbortController();
        const running = new Map(
          NAMES.map((name) => [name, (async () => DRIVER_CALLS[name](driver, controller.signal))()]),
        );
        for (const one of running.values()) one.catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 50));
        controller.abort(new Error('interrupted'));
        const endsOf = (names: CallName[]): Promise<Ended[]> =>
          Promise.all(
            names.map(async (name) => ({ name, end: await settledWithin(running.get(name)!, abortBoundMs) })),
          );
        const plain = await endsOf(NAMES.filter((name) => !LEAVING.includes(name)));
        await engine.close();
        const leaving = await endsOf(LEAVING);
        expect(without([...plain, ...leaving], ({ end }) => end.state !== 'pending')).toEqual([]);
      },
    },
    {
      id: 'aborted-before',
      title: 'asks nobody when it is aborted before it starts',
      run: async () => {
        const engine = await startFakeEngine('hangs');
        const driver = make(engine);
        const stopped = AbortSignal.abort(new Error('interrupted'));
        const all = await Promise.all(
          NAMES.map(async (name) => ({ name, end: await endOf(driver, name, stopped, abortBoundMs) })),
        );
        const contacted = engine.contacted();
        await engine.close();
        expect(contacted, 'connections').toBe(0);
        // A stream that is over before it began has nothing to say.
        expect(without(all, (one) => failed(one) || ['logs', 'watch'].includes(one.name))).toEqual([]);
      },
    },
  ];
}

/** Declares a vitest suite that every driver has to pass; call it at the top level of a test file. */
export function testDriver(driver: DriverContribution, conformance: DriverConformance): void {
  declare(`driver ${driver.id} keeps its contract`, DRIVER_MUSTS, driverChecks(driver, conformance));
}
