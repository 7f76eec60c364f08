import type { OnboardResult } from '@nemoclaw/core';
import type { Driver, GpuBid } from '@nemoclaw/plugin-api';
import { createCdiFixture } from '@nemoclaw/testkit/cdi-fixture';
import { type ScriptedModel, startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, type World } from './world/cli.ts';
import { agentIdOf, openEngine, remains } from './world/engine.ts';

const MODEL = { id: 'scripted-1', context: 131_072 };
const SPEC_DIR = '/var/run/cdi';

describe('a GPU through the engine’s own CDI injection, from onboard to proof', () => {
  let world: World;
  let driver: Driver;
  let model: ScriptedModel;

  const onboard = (name: string) =>
    world.json<OnboardResult>([
      ...[
        'onboard',
        '--name',
        name,
        '--provider',
        'openai-compatible',
        '--endpoint',
        model.baseUrl,
        '--model',
        MODEL.id,
      ],
      ...['--gpu', 'native-cdi', '--forward', '--no-smoke', '--yes'],
    ]);
  const fixture = (cuInit?: 0 | 100) =>
    createCdiFixture({
      specDir: SPEC_DIR,
      listDevices: async () => (await driver.hostFacts()).cdiDevices,
      ...(cuInit === undefined ? {} : { cuInit }),
    });

  beforeAll(async () => {
    world = makeWorld();
    driver = openEngine();
    model = await startScriptedModel({ models: [MODEL], respond: () => text('hello') });
  });
  afterAll(async () => {
    await model.close();
    await world.dispose();
  }, 120_000);

  it('refuses the strategy with its reason where there is no device, and makes nothing', async () => {
    const answer = await onboard('no-gpu');
    expect(answer.error.code).toBe('GPU_NOT_APPLICABLE');
    expect(answer.error.message.length).toBeGreaterThan(20);
    expect(await remains(driver, 'no-gpu')).toEqual([]);
  });

  it('proves CUDA as gateway and tools, and shows who put the device into the plan', async () => {
    const gpu = await fixture(0);
    try {
      const list = await world.json<{ bids: GpuBid[]; chosen: string }>(['gpu', 'list']);
      expect(list.result.chosen).toBe('native-cdi');
      const answer = await onboard('with-gpu');
      expect(answer.error).toBeUndefined();
      const { record, plan } = answer.result;
      expect(record?.proofs.gpu?.result).toBe('proved');
      expect(
        new Set(
          record?.proofs.gpu?.checks
            .filter((check) => check.name === 'cu_init')
            .map((check) => `${check.as} ${check.outcome}`),
        ),
      ).toEqual(new Set(['gateway ok', 'tools ok']));
      expect(
        Object.entries(plan.provenance)
          .filter(([field]) => field.startsWith('deviceRequests'))
          .map(([, by]) => by)
          .join(),
      ).toContain('native-cdi');
      const raw = (await driver.inspectRaw(agentIdOf(world, 'with-gpu'))) as {
        HostConfig: { DeviceRequests: { Driver: string; DeviceIDs: string[] }[] };
      };
      expect(raw.HostConfig.DeviceRequests).toMatchObject([{ Driver: 'cdi' }]);
      const status = await world.run(['with-gpu', 'status']);
      expect(status.stdout).toMatch(/gpu.*proved/i);
      await world.run(['destroy', 'with-gpu', '--yes']);
    } finally {
      await gpu.dispose();
    }
  }, 300_000);

  it('stops an onboard whose CUDA does not initialise, and leaves nothing behind', async () => {
    const gpu = await fixture(100);
    try {
      const answer = await onboard('bad-gpu');
      expect(answer.error.code).toBe('GPU_PROOF_FAILED');
      expect(answer.error.hint?.length).toBeGreaterThan(10);
      expect(await remains(driver, 'bad-gpu')).toEqual([]);
    } finally {
      await gpu.dispose();
    }
  }, 300_000);
});
