import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Nemoclaw, OnboardInput } from '@nemoclaw/core';
import { type Driver, LABELS } from '@nemoclaw/plugin-api';
import { type ScriptedModel, startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { makeWorld, type World } from '../../integration/world/cli.ts';
import { onboardInput, openCore, QUICK } from '../../integration/world/core.ts';
import { openEngine, remains } from '../../integration/world/engine.ts';
import { type FaultyEngine, startFaultyEngine } from './faulty-engine.ts';

const MODEL = { id: 'scripted-1', context: 8_192 };

/** A GPU strategy that fits every host: with it `gpu set` replaces a container, and nothing else. */
export const PRETEND = {
  name: '@nemoclaw/gpu-pretend',
  root: fileURLToPath(new URL('./pretend-gpu', import.meta.url)),
};

/** One sandbox's name, its home, and two ways to the engine: the program's, which may be broken, and the test's own. */
export interface FaultWorld {
  name: string;
  home: string;
  engine: FaultyEngine;
  /** Undisturbed. */
  driver: Driver;
  input: OnboardInput;
  /** The program as a new command would start it, with the faulty engine for its own. */
  command<T>(work: (nemoclaw: Nemoclaw) => Promise<T>): Promise<T>;
  /** What is there of the sandbox, on the engine and on disk, in words; sorted. */
  remains(): Promise<string[]>;
  /** Takes everything away by the labels, whatever state it is in. */
  wipe(): Promise<void>;
  dispose(): Promise<void>;
}

const filesBelow = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }).map(({ name }) => name) : [];

export const makeFaultWorld = async (name: string): Promise<FaultWorld> => {
  const world: World = makeWorld();
  const engine = await startFaultyEngine();
  const driver = openEngine();
  const model: ScriptedModel = await startScriptedModel({
    models: [MODEL],
    respond: () => text('hello'),
    host: '0.0.0.0',
  });
  const { home } = world;
  const env = { ...QUICK, ...engine.env, NEMOCLAW_ENGINE_PATIENCE: '0.05' };
  const homeLabel = async () => {
    const networks = await driver.listNetworks({ [LABELS.managed]: 'true' });
    return networks.filter((network) => network.name === `nemoclaw-egress-${homeId()}`);
  };
  const homeId = (): string => {
    const file = join(home, 'home.json');
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { id: string }).id : 'none';
  };
  const self: FaultWorld = {
    name,
    home,
    engine,
    driver,
    input: onboardInput(name, model.baseUrl, MODEL.id, 'tiny'),
    async command(work) {
      const nemoclaw = await openCore(home, { plugins: [PRETEND], env });
      try {
        return await work(nemoclaw);
      } finally {
        await nemoclaw.close();
      }
    },
    async remains() {
      const egress = (await homeLabel()).map((network) => `network ${network.name}`);
      const folder = join(home, 'sandboxes', name);
      return [
        ...(await remains(driver, name)),
        ...egress,
        ...(existsSync(folder) ? ['folder of the sandbox'] : []),
        ...(existsSync(join(folder, 'operation.json')) ? ['operation.json'] : []),
        ...filesBelow(join(home, 'locks')).map((file) => `lock ${file}`),
        ...filesBelow(join(home, 'trash')).map((file) => `trash ${file}`),
      ].sort();
    },
    async wipe() {
      const labels = { [LABELS.sandbox]: name };
      for (const { id } of await driver.list(labels)) await driver.remove(id, { force: true });
      for (const { id } of [...(await driver.listNetworks(labels)), ...(await homeLabel())])
        await driver.removeNetwork(id);
      for (const volume of await driver.listVolumes(labels)) await driver.removeVolume(volume.name);
      for (const folder of ['sandboxes', 'locks', 'trash'])
        rmSync(join(home, folder), { recursive: true, force: true });
    },
    async dispose() {
      await self.wipe();
      await engine.close();
      await model.close();
      await world.dispose();
    },
  };
  return self;
};
