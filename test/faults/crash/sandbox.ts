import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Nemoclaw, OwnershipJournal, SandboxRecord } from '@nemoclaw/core';
import type { Driver } from '@nemoclaw/plugin-api';
import { type ScriptedModel, startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { makeWorld } from '../../integration/world/cli.ts';
import { openEngine } from '../../integration/world/engine.ts';
import { type Child, type Ended, startChild } from './child.ts';
import { everything } from './leftovers.ts';
import type { Order } from './program.ts';
import { type Agent, type Job, MODEL, open, perform, type Verb } from './world.ts';

/** The state that a sweep starts each of its rounds from. */
export type Start = 'none' | 'healthy' | 'healthy with gpu';

/** One home with at most one sandbox in it, which is made, broken and mended over and over. */
export interface Bench {
  home: string;
  name: string;
  /** Of the model. */
  endpoint: string;
  driver: Driver;
  nemoclaw: Nemoclaw;
  /** In a process of its own. */
  inChild(verb: Verb, kill?: Order['kill']): Promise<Ended>;
  /** In this one. */
  here(verb: Verb): Promise<unknown>;
  /** Makes it so, from whatever is there. */
  begin(start: Start): Promise<void>;
  /** What is written down of the sandbox; nothing when there is none. */
  record(): SandboxRecord | undefined;
  /** What `recover` would read of a cut-off operation. */
  hasJournal(): boolean;
  loseJournal(): Promise<void>;
  ownership(): OwnershipJournal;
  /** Takes all away by force: after a round that did not converge. */
  wipe(): Promise<void>;
  dispose(): Promise<void>;
}

export const startBench = async (name: string, agent: Agent = 'tiny'): Promise<Bench> => {
  const world = makeWorld();
  const { home } = world;
  const driver = openEngine();
  // On loopback, so that a forwarder is needed.
  const model: ScriptedModel = await startScriptedModel({ models: [MODEL], respond: () => text('hello') });
  const nemoclaw = await open(home);
  const folder = join(home, 'sandboxes', name);
  const job = (verb: Verb): Job => ({ verb, name, agent, endpoint: model.baseUrl });
  let next: Child = startChild(home);

  const here = (verb: Verb): Promise<unknown> => perform(nemoclaw, job(verb));
  const recordOf = (): SandboxRecord | undefined =>
    existsSync(join(folder, 'sandbox.json'))
      ? (JSON.parse(readFileSync(join(folder, 'sandbox.json'), 'utf8')) as SandboxRecord)
      : undefined;
  const wipe = async (): Promise<void> => {
    const { containers, networks, volumes } = await everything(driver, home);
    for (const { id } of containers) await driver.remove(id, { force: true });
    for (const network of networks) await driver.removeNetwork(network);
    for (const volume of volumes) await driver.removeVolume(volume);
    for (const part of ['sandboxes', 'locks', 'trash']) await rm(join(home, part), { recursive: true, force: true });
  };

  // What is made once for a home, and not for each sandbox, is no part of the sweep.
  await here('onboard');
  await here('destroy');

  return {
    home,
    name,
    endpoint: model.baseUrl,
    driver,
    nemoclaw,
    here,
    record: recordOf,
    wipe,
    inChild(verb, kill) {
      const child = next;
      // The next one loads while this one works and while what it left is looked at.
      next = startChild(home);
      return child.run({ job: job(verb), ...(kill ? { kill } : {}) });
    },
    async begin(start) {
      const there = recordOf();
      if (start === 'none') {
        if (there) await here('destroy');
        return;
      }
      if (!there) await here('onboard');
      const has = recordOf()?.gpu.strategy !== null;
      const wants = start === 'healthy with gpu';
      if (has !== wants) await here(wants ? 'gpu set' : 'gpu off');
    },
    hasJournal: () => existsSync(join(folder, 'operation.json')),
    loseJournal: () => rm(join(folder, 'operation.json'), { force: true }),
    ownership: () => JSON.parse(readFileSync(join(folder, 'ownership.json'), 'utf8')) as OwnershipJournal,
    async dispose() {
      next.end();
      await nemoclaw.close();
      await model.close();
      await wipe();
      await world.dispose();
    },
  };
};
