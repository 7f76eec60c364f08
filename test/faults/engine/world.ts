import { randomInt } from 'node:crypto';
import type { Nemoclaw, OnboardInput } from '@nemoclaw/core';
import { type Driver, isCodedError } from '@nemoclaw/plugin-api';
import { type ScriptedModel, startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { makeWorld, type World } from '../../integration/world/cli.ts';
import { onboardInput, openCore, QUICK } from '../../integration/world/core.ts';
import { openEngine } from '../../integration/world/engine.ts';
import type { Recoverable } from './converge.ts';
import { type FaultyEngine, startFaultyEngine } from './faulty-engine.ts';
import { MODEL, NEVER_OPENS } from './model.ts';
import { PRETEND } from './pretend-gpu.ts';
import { remainsOf, wipeOut } from './sandbox-remains.ts';

/** One sandbox's name, its home, and two ways to the engine: the program's, which may be broken, and the test's own. */
export interface FaultWorld extends Recoverable {
  home: string;
  engine: FaultyEngine;
  /** Undisturbed. */
  driver: Driver;
  input: OnboardInput;
  /** The program as a new command would start it, with the faulty engine for its own. */
  command<T>(work: (nemoclaw: Nemoclaw) => Promise<T>, env?: Record<string, string>): Promise<T>;
  /** Takes everything away by the labels, whatever state it is in. */
  wipe(): Promise<void>;
  dispose(): Promise<void>;
}

export const makeFaultWorld = async (name: string): Promise<FaultWorld> => {
  const world: World = makeWorld();
  const engine = await startFaultyEngine();
  const driver = openEngine();
  const model: ScriptedModel = await startScriptedModel({
    models: [MODEL, NEVER_OPENS],
    respond: () => text('hello'),
    host: '0.0.0.0',
  });
  const { home } = world;
  const env = { ...QUICK, ...engine.env };
  // Little patience where a call is going to be delayed; a busy machine gets its time for all the rest.
  const hurry = () => (engine.armed ? { NEMOCLAW_ENGINE_PATIENCE: '0.05' } : {});
  const self: FaultWorld = {
    name,
    home,
    engine,
    driver,
    // Tests of other folders take theirs from the front of the range.
    input: { ...onboardInput(name, model.baseUrl, MODEL.id, 'tiny'), ingressPort: 20_000 + randomInt(10_000) },
    async command(work, more = {}) {
      const nemoclaw = await openCore(home, { plugins: [PRETEND], env: { ...env, ...hurry(), ...more } });
      try {
        return await work(nemoclaw);
      } finally {
        await nemoclaw.close();
      }
    },
    remains: () => remainsOf(driver, home, name),
    live: () =>
      self.command(async (nemoclaw) => {
        const { live } = await nemoclaw.status(name, { live: true });
        return { verdict: live?.verdict ?? 'unknown', reasons: live?.reasons ?? [] };
      }),
    recover: () =>
      self.command(async (nemoclaw) => {
        try {
          return (await nemoclaw.recover(name)).verdict;
        } catch (error) {
          if (isCodedError(error) && error.code === 'SANDBOX_NOT_FOUND') return 'nothing there';
          throw error;
        }
      }),
    wipe: () => wipeOut(driver, home, name),
    async dispose() {
      await self.wipe();
      await engine.close();
      await model.close();
      await world.dispose();
    },
  };
  return self;
};
