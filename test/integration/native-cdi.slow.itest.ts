import type { OnboardResult } from '@nemoclaw/core';
import type { Driver, GpuBid } from '@nemoclaw/plugin-api';
import { type ScriptedModel, startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, type World } from './world/cli.ts';
import { agentIdOf, openEngine, remains } from './world/engine.ts';
import { type FakeGpu, fakeGpu } from './world/gpu.ts';

const MODEL = { id: 'scripted-1', context: 131_072 };

describe('a GPU through the engine’s own CDI injection, with a real agent', () => {
  let world: World;
  let driver: Driver;
  let model: ScriptedModel;
  let gpu: FakeGpu;

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
  beforeAll(async () => {
    driver = openEngine();
    gpu = fakeGpu(driver);
    world = makeWorld({ NEMOCLAW_GPU_DEVICE: gpu.device });
    model = await startScriptedModel({ models: [MODEL], respond: () => text('hello') });
  });
  afterAll(async () => {
    await model.close();
    await world.dispose();
  }, 120_000);

  it('proves CUDA as gateway and tools, and shows who put the device into the plan', async () => {
    await gpu.with({ cuInit: 0 }, async () => {
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
      expect(await remains(driver, 'with-gpu')).toEqual([]);
    });
  }, 300_000);
});
