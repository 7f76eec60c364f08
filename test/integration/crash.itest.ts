import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Nemoclaw } from '@nemoclaw/core';
import type { Driver } from '@nemoclaw/plugin-api';
import { LABELS } from '@nemoclaw/plugin-api';
import { type ScriptedModel, startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, type World } from './world/cli.ts';
import { onboardInput, openCore } from './world/core.ts';
import { openEngine, remains } from './world/engine.ts';

const NAME = 'cut-off';
const MODEL = { id: 'scripted-1', context: 131_072 };
const PROGRAM = fileURLToPath(new URL('./world/crash-program.ts', import.meta.url));

/** A few crashes with a real agent; every point of every operation, with a tiny one: test/faults/crash. */
describe('what SIGKILL cuts off is finished or taken back by recover', () => {
  let world: World;
  let driver: Driver;
  let model: ScriptedModel;
  let nemoclaw: Nemoclaw;

  /** Runs the program in a process of its own and kills it so long after that step began: by then its effects are under way. */
  const killedAt = async (verb: 'onboard' | 'destroy', step: string, afterMs = 60): Promise<void> => {
    const argv = ['--conditions=source', PROGRAM, verb, world.home, NAME, model.baseUrl, MODEL.id];
    const child = execa(process.execPath, argv, { reject: false });
    for await (const line of child) {
      if (line !== step) continue;
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      child.kill('SIGKILL');
    }
    const { signal, stderr } = await child;
    expect({ signal, stderr }).toMatchObject({ signal: 'SIGKILL' });
  };
  const expectNothing = async () => {
    expect(await remains(driver, NAME)).toEqual([]);
    expect(existsSync(join(world.home, 'sandboxes', NAME))).toBe(false);
    const networks = await driver.listNetworks({ [LABELS.managed]: 'true' });
    expect(networks.filter(({ labels }) => labels[LABELS.sandbox] === NAME)).toEqual([]);
  };

  beforeAll(async () => {
    world = makeWorld();
    driver = openEngine();
    model = await startScriptedModel({ models: [MODEL], respond: () => text('hello'), host: '0.0.0.0' });
    nemoclaw = await openCore(world.home);
  });
  afterAll(async () => {
    await nemoclaw.destroy(NAME).catch(() => {});
    await nemoclaw.close();
    await model.close();
    await world.dispose();
  }, 120_000);

  it.each(['start', 'inference'])(
    'an onboard in the step %s is taken back whole',
    async (step) => {
      await killedAt('onboard', step);
      await expect(nemoclaw.onboard(onboardInput(NAME, model.baseUrl, MODEL.id))).rejects.toMatchObject({
        code: 'SANDBOX_EXISTS',
        hint: expect.stringContaining('recover'),
      });
      const { verdict } = await nemoclaw.recover(NAME);
      expect(verdict).toBe('removed');
      await expectNothing();
    },
    120_000,
  );

  it('a destroy is finished, whichever command comes next', async () => {
    await nemoclaw.onboard(onboardInput(NAME, model.baseUrl, MODEL.id));
    await killedAt('destroy', 'containers', 0);
    await expect(nemoclaw.gatewayRestart(NAME, {})).rejects.toMatchObject({ code: 'OPERATION_PENDING' });
    expect(await nemoclaw.recover(NAME)).toEqual({ verdict: 'removed', actions: [`finished the destroy of ${NAME}`] });
    await expectNothing();
    await expect(nemoclaw.recover(NAME)).rejects.toMatchObject({ code: 'SANDBOX_NOT_FOUND' });
  }, 240_000);

  it('an onboard that was cut off can be destroyed as well', async () => {
    await killedAt('onboard', 'relay');
    await nemoclaw.destroy(NAME);
    await expectNothing();
  }, 120_000);
});
