import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { GpuExplanation, GpuProveResult, GpuSetResult, OnboardResult, RecoverResult } from '@nemoclaw/core';
import { type ContainerState, type Driver, type GpuBid, IDS, LABELS } from '@nemoclaw/plugin-api';
import { type ScriptedModel, startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { type Misbehaviour, TINY_AGENT, tinyOrders } from '@nemoclaw/testkit/tiny-agent';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, type World } from './world/cli.ts';
import { QUICK } from './world/core.ts';
import { agentIdOf, openEngine, ownershipOf, recordOf, relayIdOf, remains } from './world/engine.ts';
import { type FakeGpu, fakeGpu } from './world/gpu.ts';
import { freePort } from './world/port.ts';
import { readVolumeJson, writeVolumeFile } from './world/volume.ts';

const NAME = 'gpu-tiny';
const HOST_NETWORK = { NEMOCLAW_DOCKER_GPU_PATCH_NETWORK: 'host' };

describe('GPUs of a sandbox, from the command line', () => {
  let world: World;
  let driver: Driver;
  let model: ScriptedModel;
  let gpu: FakeGpu;

  const withEnv = (env: Record<string, string>) => ({ env: { ...world.env, ...env } });
  const onboard = async (name: string, more: string[], env: Record<string, string> = {}) =>
    world.json<OnboardResult>(
      [
        ...['onboard', '--name', name, '--agent', 'tiny', '--provider', 'openai-compatible'],
        ...['--endpoint', model.baseUrl, '--model', 'scripted-1', '--no-smoke', '--yes', ...more],
        ...['--port', `${await freePort()}`],
      ],
      withEnv(env),
    );
  const set = (strategy: string, more: string[] = [], env: Record<string, string> = {}) =>
    world.json<GpuSetResult>([NAME, 'gpu', 'set', strategy, ...more], withEnv(env));
  const order = (wrong: Partial<Misbehaviour>): Promise<void> => {
    const { path, content, mode } = tinyOrders(wrong);
    return writeVolumeFile(driver, world, NAME, 'state', path, content, { uid: IDS.gateway, mode });
  };
  const containers = async (): Promise<ContainerState[]> =>
    (await driver.list({ [LABELS.sandbox]: NAME })).filter(({ labels }) =>
      ['agent', 'staging', 'backup', 'helper', 'probe'].includes(labels[LABELS.role] ?? ''),
    );
  const theOne = async (): Promise<ContainerState> => {
    const all = await containers();
    expect(all.map(({ name, phase }) => [name, phase])).toEqual([[expect.stringContaining(NAME), 'running']]);
    expect(all[0]?.id).toBe(agentIdOf(world, NAME));
    expect(ownershipOf(world, NAME)).toMatchObject({ intent: null, retired: [] });
    return all[0] as ContainerState;
  };
  const hostConfig = async () =>
    ((await driver.inspectRaw(agentIdOf(world, NAME))) as never as { HostConfig: Record<string, unknown> }).HostConfig;

  beforeAll(async () => {
    driver = openEngine();
    gpu = fakeGpu(driver);
    // Its own device by its own name: another test on this engine may have one too.
    world = makeWorld({ ...QUICK, NEMOCLAW_GPU_DEVICE: gpu.device });
    model = await startScriptedModel({
      models: [{ id: 'scripted-1', context: 8_192 }],
      respond: () => text('hello'),
      host: '0.0.0.0',
    });
    expect((await world.json(['plugins', 'link', TINY_AGENT.root])).error).toBeUndefined();
  });
  afterAll(async () => {
    await model.close();
    await world.dispose();
    expect(await remains(driver, NAME)).toEqual([]);
  });

  it('a strategy by name is refused where there is no GPU, with its reason, and nothing is made', async () => {
    for (const strategy of ['native-cdi', 'legacy-swap', 'jetson']) {
      const { error } = await onboard('gpu-none', ['--gpu', strategy]);
      expect(error.code).toBe('GPU_NOT_APPLICABLE');
      expect(error.message).toMatch(new RegExp(`${strategy} does not fit this host: .{15,}`));
    }
    expect(await remains(driver, 'gpu-none')).toEqual([]);
  });

  it('onboard gives it by a swap: proved without, then with, and the host’s network is refused in one line', async () => {
    await gpu.with({ cuInit: 0 }, async () => {
      const { error, result, warnings } = await onboard(NAME, ['--gpu', 'legacy-swap'], HOST_NETWORK);
      expect(error).toBeUndefined();
      expect(result.record?.gpu).toMatchObject({
        mode: 'strategy',
        strategy: 'legacy-swap',
        requested: [gpu.device],
      });
      expect(result.record?.proofs.gpu).toMatchObject({ result: 'proved' });
      expect(warnings.filter((line) => /PATCH_NETWORK=host is ignored: .* isolated network/.test(line))).toHaveLength(
        1,
      );
      // The relay came after the first look at the bridge; the swap looked again.
      const relay = await driver.inspect(relayIdOf(world, NAME));
      expect(Date.parse(result.record?.proofs.bridge?.at ?? '')).toBeGreaterThan(Date.parse(relay?.startedAt ?? ''));
      expect(await hostConfig()).toMatchObject({
        NetworkMode: ownershipOf(world, NAME).resources.network?.id,
        DeviceRequests: [{ Driver: 'cdi', DeviceIDs: [`nvidia.com/gpu=${gpu.device}`] }],
      });
      await theOne();
    });
  });

  it('explains, proves, and routes by the variable', async () => {
    await gpu.with({ cuInit: 0 }, async () => {
      const { result } = await world.json<GpuExplanation>([NAME, 'gpu', 'explain']);
      expect(result.sandbox).toMatchObject({ candidate: 'cdi', proof: { result: 'proved' } });
      expect(result.strategies.find(({ id }) => id === 'legacy-swap')?.candidates).toEqual([
        `CDI nvidia.com/gpu=${gpu.device}`,
        `--gpus ${gpu.device}`,
      ]);
      const { result: proved } = await world.json<GpuProveResult>([NAME, 'gpu', 'prove']);
      expect(proved.proof.checks.filter(({ name }) => name === 'cu_init')).toMatchObject([
        { as: 'gateway', outcome: 'ok' },
        { as: 'tools', outcome: 'ok' },
      ]);
      for (const [patch, chosen] of [
        ['0', 'native-cdi'],
        ['1', 'legacy-swap'],
        ['', 'native-cdi'],
      ] as const) {
        const asked = withEnv({ NEMOCLAW_DOCKER_GPU_PATCH: patch });
        const list = await world.json<{ bids: GpuBid[]; chosen: string }>(['gpu', 'list'], asked);
        expect([patch, list.result.chosen]).toEqual([patch, chosen]);
      }
    });
  });

  it('is proved again when asked: a driver that went away is a failure that the record keeps', async () => {
    // The specification is gone; what was injected is in the container still, but CUDA is asked anew.
    await order({});
    await gpu.with({ cuInit: 100 }, async () => {
      const { error } = await set('native-cdi');
      expect(error.code).toBe('GPU_PROOF_FAILED');
      expect(error.message).toContain('CUDA_ERROR_NO_DEVICE');
      expect(error.message).toContain(`Sandbox ${NAME} is as it was, and its agent is healthy.`);
    });
    expect(recordOf(world, NAME).gpu.strategy).toBe('legacy-swap');
    await theOne();
  });

  it('is injected, with a warning, where there is no library to ask', async () => {
    const off = await set('off');
    expect(off.error).toBeUndefined();
    expect((await hostConfig()).DeviceRequests ?? []).toEqual([]);
    await gpu.with({}, async () => {
      const { error, result } = await set('legacy-swap');
      expect(error).toBeUndefined();
      expect(result.record.proofs.gpu?.result).toBe('injected');
      expect(result.warnings.join()).toContain('CUDA could not be tested');
      expect((await set('off')).error).toBeUndefined();
      expect(recordOf(world, NAME).warnings.join()).not.toContain('CUDA could not be tested');
    });
  });

  it('no way that works: each is named, nothing was stopped', async () => {
    const before = await theOne();
    await gpu.with({ broken: 'missing-node' }, async () => {
      const { error } = await set('legacy-swap');
      expect(error.code).toBe('GPU_INJECTION_FAILED');
      expect(error.message).toMatch(/No way of legacy-swap .*CDI nvidia.*--gpus.*was not touched/s);
    });
    expect(await containers()).toEqual([before]);
  });

  it('two specifications of one device: refused, nothing was touched', async () => {
    const before = await theOne();
    await gpu.with({ cuInit: 0 }, async (fixture) => {
      const twin = fixture.specPath.replace('.json', '-twin.json');
      copyFileSync(fixture.specPath, twin);
      try {
        await expect.poll(gpu.isListed, { timeout: 5_000 }).toBe(false);
        const { error } = await set('native-cdi');
        expect(error.code).toBe('GPU_NOT_APPLICABLE');
        expect(error.message).toContain('two specifications');
      } finally {
        rmSync(twin);
      }
    });
    expect(await containers()).toEqual([before]);
  });

  it('a hook that fails: only the start finds out, and the old container comes back', async () => {
    const before = await theOne();
    await gpu.with({ broken: 'failing-hook' }, async () => {
      const { error } = await set('native-cdi');
      expect(error.code).toBe('GPU_INJECTION_FAILED');
      expect(error.message).toContain(`Sandbox ${NAME} is as it was, and its agent is healthy.`);
      expect(error.hint?.length).toBeGreaterThan(20);
    });
    expect((await theOne()).id).toBe(before.id);
  });

  it('a command of the agent that no runtime carries safely is refused before anything is touched', async () => {
    const before = await theOne();
    const read = () =>
      readVolumeJson<{ runtime: { command: string[] } }>(driver, world, NAME, 'sealed', 'supervisor.json');
    const sealed = await read();
    const seal = (command: string[]) =>
      writeVolumeFile(
        driver,
        world,
        NAME,
        'sealed',
        'supervisor.json',
        JSON.stringify({ ...sealed, runtime: { ...sealed.runtime, command } }),
        { uid: 0, mode: 0o400 },
      );
    await gpu.with({ cuInit: 0 }, async () => {
      for (const token of ['', 'two\twords']) {
        await seal([...sealed.runtime.command, token]);
        const { error } = await set('legacy-swap');
        expect(error.code).toBe('REPLACE_REFUSED');
        expect(error.message).toContain(JSON.stringify(token));
        expect(error.message).toContain('was not touched');
      }
    });
    await seal(sealed.runtime.command);
    expect(await containers()).toEqual([before]);
  });

  it('an agent that does not come back is not called healthy, and recover mends it', async () => {
    const before = await theOne();
    await order({ refuseConfig: true });
    await gpu.with({ cuInit: 0 }, async () => {
      const { error } = await set('legacy-swap');
      expect(error.code).toBe('GATEWAY_START_FAILED');
      expect(error.message).toMatch(
        /container of sandbox \S+ was restored, but its agent is not healthy: .*config_refused/,
      );
      expect(error.hint).toContain(`${NAME} recover`);
    });
    expect((await theOne()).id).toBe(before.id);
    await order({});
    const { result } = await world.json<RecoverResult>([NAME, 'recover']);
    expect(result.verdict).toBe('healthy');
  });

  it('a container that somebody removes meanwhile is NOT restored; recover makes it anew', async () => {
    const before = await theOne();
    await gpu.with({ cuInit: 100 }, async () => {
      const failing = set('legacy-swap');
      await expect
        .poll(async () => (await driver.inspect(before.id))?.phase, { timeout: 60_000, interval: 20 })
        .toBe('exited');
      await execa('docker', ['rm', '-f', before.id]);
      const { error } = await failing;
      expect(error.message).toContain(`Sandbox ${NAME} was NOT restored: its container was removed`);
      expect(error.hint).toContain(`${NAME} recover`);
      const { error: none, result } = await world.json<RecoverResult>([NAME, 'recover']);
      expect(none).toBeUndefined();
      expect(result.verdict).toBe('healthy');
    });
    expect((await theOne()).id).not.toBe(before.id);
  });

  it('an old container that can’t be removed is a warning, and recover takes it away', async () => {
    const before = await theOne();
    const { rootDir } = await driver.hostFacts();
    const held = join(rootDir, 'containers', before.id, 'hostname');
    await gpu.with({ cuInit: 0 }, async () => {
      await execa('chattr', ['+i', held]);
      try {
        const { error, result, exitCode } = await set('native-cdi');
        expect({ error, exitCode }).toEqual({ error: undefined, exitCode: 0 });
        expect(result.warnings.join()).toContain(before.id.slice(0, 12));
        expect(agentIdOf(world, NAME)).not.toBe(before.id);
      } finally {
        await execa('chattr', ['-i', held]);
      }
      const { result } = await world.json<RecoverResult>([NAME, 'recover']);
      expect(result.verdict).toBe('healthy');
      expect(await driver.inspect(before.id)).toBeUndefined();
      await theOne();
    });
  });

  it('a container that no longer starts is NOT restored, with the commands; recover does it once it can', async () => {
    // It has a GPU whose specification went away after its start.
    const before = await theOne();
    await order({ refuseConfig: true });
    const { error } = await set('off');
    expect(error.message).toContain(`Sandbox ${NAME} was NOT restored: its container is exited.`);
    expect(error.hint).toContain(`${NAME} recover`);
    expect(error.hint).toMatch(new RegExp(`By hand: .*docker start ${before.id.slice(0, 12)}`));
    expect((await driver.inspect(before.id))?.phase).toBe('exited');
    await order({});
    await gpu.with({ cuInit: 0 }, async () => {
      const { result } = await world.json<RecoverResult>([NAME, 'recover']);
      expect(result.verdict).toBe('healthy');
      expect((await theOne()).id).toBe(before.id);
    });
  });
});
