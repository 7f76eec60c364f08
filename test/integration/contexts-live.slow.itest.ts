import type { OnboardResult, StatusResult } from '@nemoclaw/core';
import type { Driver } from '@nemoclaw/plugin-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, type World } from './world/cli.ts';
import { openEngine } from './world/engine.ts';
import { startSmallModel } from './world/model.ts';

type Model = Awaited<ReturnType<typeof startSmallModel>>;

const onboard = (world: World, name: string, agent: string, model: Model) =>
  world.json<OnboardResult>([
    ...['onboard', '--name', name, '--agent', agent, '--provider', 'llamacpp', '--endpoint', model.baseUrl],
    ...['--model', model.model, '--forward', '--gpu', 'off', '--yes'],
  ]);

describe('a model server that comes back with another context', () => {
  let world: World;
  let driver: Driver;
  let model: Model;

  beforeAll(async () => {
    world = makeWorld({ NEMOCLAW_ISOLATION: 'auto' });
    driver = openEngine();
    model = await startSmallModel(driver);
    const onboarded = await onboard(world, 'resized', 'hermes', model);
    if (onboarded.exitCode !== 0) throw new Error(JSON.stringify(onboarded.error));
    expect(onboarded.result.record?.agent.profile).toBe('compact');
  }, 900_000);
  afterAll(async () => {
    await world.dispose();
    await model.dispose();
  }, 300_000);

  const restartedWith = async (contextTokens: number): Promise<void> => {
    const port = Number(new URL(model.baseUrl).port);
    await model.dispose();
    model = await startSmallModel(driver, { port, contextTokens });
  };
  const live = async () => (await world.json<StatusResult>(['resized', 'status', '--live'])).result.live;

  it('is said live as it is, and the record says what it was', async () => {
    expect((await live())?.model).toMatchObject({ contextTokens: 8_192 });
    expect((await world.run(['resized', 'status'])).stdout).toContain('8192 tokens of context');
    await restartedWith(16_384);
    const larger = await live();
    expect(larger?.model).toMatchObject({ contextTokens: 16_384 });
    expect(larger?.reasons).toEqual([]);
    const { stdout } = await world.run(['resized', 'status', '--live']);
    expect(stdout).toMatch(/16384 tokens of context, 8192 when it was onboarded/);
  }, 120_000);

  it('is a reason not to be ready when the agent’s prompt has no room in it any more', async () => {
    await restartedWith(2_048);
    const smaller = await live();
    expect(smaller?.verdict).toBe('not_ready');
    expect(smaller?.reasons).toEqual([expect.stringMatching(/is 2048 tokens now, it was 8192.* needs \d+: .*larger/)]);
  }, 120_000);
});

describe.each(['hermes', 'openclaw'])('the full profile of %s with a real model', (agent) => {
  let world: World;
  let model: Model;

  beforeAll(async () => {
    world = makeWorld({ NEMOCLAW_ISOLATION: 'auto' });
    model = await startSmallModel(openEngine(), { contextTokens: 20_480 });
  }, 300_000);
  afterAll(async () => {
    await world.dispose();
    await model.dispose();
  }, 300_000);

  it('fits with room for an answer, and one comes', async () => {
    const { error, result } = await onboard(world, 'at-full-size', agent, model);
    expect(error).toBeUndefined();
    expect(result.record?.agent.profile).toBe('full');
    expect(result.record?.provider.contextTokens).toBe(20_480);
    expect(result.answer?.length).toBeGreaterThan(0);
  }, 600_000);
});
