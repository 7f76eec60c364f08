import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DoctorResult, GpuProveResult, OnboardResult } from '@nemoclaw/core';
import type { Driver } from '@nemoclaw/plugin-api';
import { type CdiFixture, createCdiFixture } from '@nemoclaw/testkit/cdi-fixture';
import { type ScriptedModel, startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, ROOT, type World } from './world/cli.ts';
import { agentIdOf, openEngine, remains } from './world/engine.ts';

const SPEC_DIR = '/var/run/cdi';
const NAME = 'strangers';

/** `plugin-author.slow` shows how they are installed; here they run: an agent and two GPU strategies that nobody of ours wrote. */
describe('plugins of strangers on the real engine: their agent, their GPU, their CDI kinds', () => {
  let world: World;
  let driver: Driver;
  let model: ScriptedModel;
  let folder: string;
  const specs: CdiFixture[] = [];

  const gpu = async (kind: string, nodes: string[]): Promise<void> => {
    const listDevices = async () => (await driver.hostFacts()).cdiDevices;
    specs.push(await createCdiFixture({ specDir: SPEC_DIR, listDevices, kind, devices: ['strange'], nodes }));
  };
  /** What `npm install` would put beside it. */
  const link = async (plugin: string): Promise<void> => {
    const modules = join(plugin, 'node_modules/@nemoclaw');
    mkdirSync(modules, { recursive: true });
    symlinkSync(join(ROOT, 'packages/plugin-api'), join(modules, 'plugin-api'));
    expect((await world.json(['plugins', 'link', plugin])).error).toBeUndefined();
  };
  const engineDevices = async (): Promise<unknown> => {
    const raw = (await driver.inspectRaw(agentIdOf(world, NAME))) as { HostConfig: { DeviceRequests: unknown } };
    return raw.HostConfig.DeviceRequests;
  };
  const nodes = async (): Promise<string[]> => {
    const { stdout } = await world.run([NAME, 'exec', '--', 'sh', '-c', 'ls -d /dev/kfd /dev/dri/* 2>/dev/null']);
    return stdout.split('\n').filter(Boolean);
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nemoclaw strangers '));
    world = makeWorld({ COST_CENTER: '4711' });
    driver = openEngine();
    model = await startScriptedModel({
      models: [{ id: 'scripted-1', context: 131_072 }],
      respond: () => text('hello from the model'),
    });
    await gpu('amd.com/gpu', ['/dev/kfd', '/dev/dri/renderD128']);
    await gpu('vendor.com/gpu', ['/dev/dri/renderD128']);
    for (const [kind, name] of [
      ['agent', 'my-agent'],
      ['gpu', 'my-gpu'],
    ] as const) {
      await world.run(['plugins', 'create', kind, name], { cwd: folder });
      await link(join(folder, name));
    }
    // The examples as they stand, each in a copy.
    for (const name of ['gpu-amd', 'probe-service', 'hook-cost-label']) {
      cpSync(join(ROOT, 'docs/examples', name), join(folder, name), { recursive: true });
      await link(join(folder, name));
    }
  });
  afterAll(async () => {
    await model.close();
    await world.dispose();
    for (const spec of specs) await spec.dispose();
    for (const image of await driver.listImages({}))
      for (const tag of image.tags.filter((one) => one.startsWith('nemoclaw-agent-my-agent:')))
        await driver.removeImage(tag);
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  it('explains their bids beside the built-in ones', async () => {
    const { stdout } = await world.run(['gpu', 'explain']);
    expect(stdout).toMatch(/my-gpu: applies, the engine has vendor\.com\/gpu=strange/);
    expect(stdout).toMatch(/nemoclaw-gpu-amd: applies, the engine has amd\.com\/gpu=strange/);
  });

  const onboard = (env: Record<string, string> = world.env) =>
    world.json<OnboardResult>(
      [
        ...['onboard', '--name', NAME, '--agent', 'my-agent', '--provider', 'openai-compatible'],
        ...['--endpoint', model.baseUrl, '--model', 'scripted-1', '--gpu', 'nemoclaw-gpu-amd', '--forward', '--yes'],
      ],
      { env },
    );

  it('does not onboard what their hook forbids, says whose word it is, and leaves nothing', async () => {
    const { error, stderr } = await onboard({ ...world.env, COST_CENTER: '' });
    expect(error).toMatchObject({ code: 'HOOK_VETO', plugin: 'nemoclaw-hook-cost-label@0.1.0' });
    expect(error.hint).toContain('export COST_CENTER');
    expect(stderr).not.toContain('node:internal');
    expect(await remains(driver, NAME)).toEqual([]);
  });

  it('onboards their agent with their GPU, and looks from inside that it is there', async () => {
    const { result, error } = await onboard();
    expect(error).toBeUndefined();
    expect(result.plan.provenance['labels.acme.cost-center']).toContain('nemoclaw-hook-cost-label');
    expect((await driver.inspect(agentIdOf(world, NAME)))?.labels).toMatchObject({ 'acme.cost-center': '4711' });
    expect(result.answer).toBe('hello from the model');
    expect(result.plan.provenance['deviceRequests.cdi']).toBe('gpu nemoclaw-gpu-amd');
    expect(result.record?.proofs.gpu).toMatchObject({ result: 'injected' });
    expect(result.warnings).toContain('The GPU is injected, not proved: the devices are there.');
    expect(await engineDevices()).toMatchObject([{ Driver: 'cdi', DeviceIDs: ['amd.com/gpu=strange'] }]);
    expect(await nodes()).toEqual(['/dev/dri/renderD128', '/dev/kfd']);
  });

  it('talks to it, streamed, and says whose it is', async () => {
    expect((await world.run([NAME, 'chat', 'Are you there?'])).stdout).toContain('hello from the model');
    const { stdout } = await world.run([NAME, 'status']);
    expect(stdout).toMatch(/agent +my-agent 0\.1\.0 \(my-agent@0\.1\.0\)/);
    expect(stdout).toMatch(/gpu +nemoclaw-gpu-amd: injected/);
  });

  it('asks their probe in doctor, beside its own', async () => {
    const { result } = await world.json<DoctorResult>(['doctor', NAME]);
    const theirs = result.results.find(({ probe }) => probe === 'nemoclaw-probe-service');
    expect(['ok', 'unreachable']).toContain(theirs?.code);
    expect(result.results.map(({ probe }) => probe)).toContain('bridge');
  });

  it('changes to the other one by a replacement', async () => {
    expect((await world.json(['gpu', 'set', NAME, 'my-gpu'])).error).toBeUndefined();
    expect(await engineDevices()).toMatchObject([{ Driver: 'cdi', DeviceIDs: ['vendor.com/gpu=strange'] }]);
    expect(await nodes()).toEqual(['/dev/dri/renderD128']);
    const proved = await world.json<GpuProveResult>(['gpu', 'prove', NAME]);
    expect(proved.result).toMatchObject({ strategy: 'my-gpu', proof: { result: 'injected' } });
  });

  it('says what is missing when its plugin is gone, and is destroyed without it', async () => {
    await world.run(['plugins', 'uninstall', 'my-gpu']);
    const proved = await world.json(['gpu', 'prove', NAME]);
    expect(proved.error.code).toBe('GPU_UNKNOWN');
    expect(proved.error.message).toContain('my-gpu');
    expect((await world.json(['destroy', NAME, '--yes'])).error).toBeUndefined();
    expect(await remains(driver, NAME)).toEqual([]);
  });
});
