import type { Nemoclaw } from '@nemoclaw/core';
import { type Driver, IDS } from '@nemoclaw/plugin-api';
import { type ScriptedModel, startScriptedModel, toolCallThenText } from '@nemoclaw/testkit/scripted-model';
import { type Misbehaviour, tinyModel, tinyOrders } from '@nemoclaw/testkit/tiny-agent';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, type World } from './world/cli.ts';
import { onboardInput, openCore, QUICK } from './world/core.ts';
import { openEngine, ownershipOf, recordOf, remains } from './world/engine.ts';

const NAME = 'tiny';
const MODEL = 'scripted-1';
const REFUSES = tinyModel({ refuseConfig: true });

describe('an agent of somebody else: the tiny one', () => {
  let world: World;
  let driver: Driver;
  let model: ScriptedModel;
  let nemoclaw: Nemoclaw;

  const order = (wrong: Partial<Misbehaviour>): Promise<void> =>
    driver.putFiles({
      volume: ownershipOf(world, NAME).resources.volumes.find(({ purpose }) => purpose === 'state')?.name ?? '',
      image: recordOf(world, NAME).image.id,
      labels: {},
      files: [tinyOrders(wrong)],
    });

  beforeAll(async () => {
    world = makeWorld();
    driver = openEngine();
    model = await startScriptedModel({
      models: [MODEL, REFUSES].map((id) => ({ id, context: 8_192 })),
      respond: toolCallThenText({ tool: 'run', arguments: { command: 'id -u' } }),
      host: '0.0.0.0',
    });
    nemoclaw = await openCore(world.home, { env: QUICK });
    await nemoclaw.onboard({ ...onboardInput(NAME, model.baseUrl, MODEL, 'tiny'), isolation: 'separate', smoke: true });
  });
  afterAll(async () => {
    await nemoclaw.destroy(NAME);
    await nemoclaw.close();
    await model.close();
    await world.dispose();
    expect(await remains(driver, NAME)).toEqual([]);
  });

  it('is proved like any other, tools of their own uid included', async () => {
    expect(recordOf(world, NAME).agent).toMatchObject({ id: 'tiny', isolation: 'separate', isolationProof: 'proved' });
    const { text } = await nemoclaw.chat(NAME, { turns: [{ role: 'user', content: 'Who are you?' }] });
    expect(text.trim()).toBe(`${IDS.tools}`);
  });

  it('restarts in its process and by stop and start', async () => {
    const soft = await nemoclaw.gatewayRestart(NAME, { soft: true });
    expect(soft.method).toBe('soft');
    await order({ ignoreStop: true });
    await nemoclaw.gatewayRestart(NAME, {});
    await order({});
    expect(await nemoclaw.gatewayRestart(NAME, {})).toMatchObject({ method: 'stop-start', killed: true });
  });

  it.each<[string, Partial<Misbehaviour>, string, RegExp]>([
    ['never listens', { neverOpen: true }, 'RESTART_HEALTH_TIMEOUT', /nothing listens on port/],
    ['is never healthy', { neverHealthy: true }, 'RESTART_HEALTH_TIMEOUT', /answered 503/],
    ['refuses its configuration', { refuseConfig: true }, 'RESTART_LAUNCH_FAILED', /exit 78/],
    ['crashes at once', { crashAfterMs: 0 }, 'RESTART_LAUNCH_FAILED', /ended with exit 1/],
  ])('that %s fails its restart, and recover brings it back once it behaves', async (_title, wrong, code, message) => {
    await order(wrong);
    await expect(nemoclaw.gatewayRestart(NAME, { timeoutMs: 1_500 })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    await order({});
    expect(await nemoclaw.recover(NAME)).toMatchObject({ verdict: 'healthy' });
  });

  it('that drops its listener is not ready, and says why', async () => {
    await order({ dropAfterMs: 5_000 });
    await nemoclaw.gatewayRestart(NAME, {});
    await expect
      .poll(async () => (await nemoclaw.status(NAME, { live: true })).live?.verdict, { timeout: 15_000 })
      .not.toBe('ready');
    await order({});
    await nemoclaw.gatewayRestart(NAME, {});
    expect((await nemoclaw.status(NAME, { live: true })).live?.reasons).toEqual([]);
  });

  it('that misbehaves from its first start is no sandbox', async () => {
    const input = onboardInput('tiny-refuses', model.baseUrl, REFUSES, 'tiny');
    await expect(nemoclaw.onboard(input)).rejects.toMatchObject({
      code: 'GATEWAY_START_FAILED',
      message: expect.stringContaining('config_refused'),
    });
    expect(await remains(driver, 'tiny-refuses')).toEqual([]);
  });
});
