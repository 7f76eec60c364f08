import type { OnboardResult } from '@nemoclaw/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, type World } from './world/cli.ts';
import { openEngine } from './world/engine.ts';
import { startSmallModel } from './world/model.ts';

/** What a server is started with, and what each agent makes of it. */
const SIZES = [
  [2_048, 'too small', 'too small'],
  [8_192, 'compact', 'compact'],
  [20_480, 'full', 'full'],
] as const;

describe.each(SIZES)('with a real model server that gives %i tokens', (contextTokens, openclaw, hermes) => {
  let world: World;
  let model: Awaited<ReturnType<typeof startSmallModel>>;

  beforeAll(async () => {
    world = makeWorld();
    model = await startSmallModel(openEngine(), { contextTokens });
  });
  afterAll(async () => {
    await model.dispose();
    await world.dispose();
  });

  it.each([
    ['openclaw', openclaw],
    ['hermes', hermes],
  ])('%s is %s', async (agent, expected) => {
    const planned = await world.json<OnboardResult>([
      ...['onboard', '--name', 'sized', '--agent', agent, '--provider', 'llamacpp', '--endpoint', model.baseUrl],
      ...['--model', model.model, '--gpu', 'off', '--yes', '--dry-run'],
    ]);
    if (expected === 'too small') {
      expect(planned.exitCode).toBe(1);
      expect(planned.error).toMatchObject({ code: 'MODEL_TOO_SMALL' });
      expect(planned.error.message).toMatch(
        new RegExp(
          `context of ${contextTokens} tokens is too small: compact needs \\d+ tokens \\(\\d+ for the agent's`,
        ),
      );
      expect(planned.error.hint).toMatch(/context/);
      return;
    }
    expect(planned.error).toBeUndefined();
    expect(planned.result.plan.provider.contextTokens).toBe(contextTokens);
    expect(planned.result.plan.profile).toMatchObject({
      id: expected,
      why: expect.stringContaining(`${contextTokens}`),
    });
  });
});
