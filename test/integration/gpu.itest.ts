import { copyFileSync, rmSync } from 'node:fs';
import type { GpuExplanation, GpuProveResult, RecoverResult } from '@nemoclaw/core';
import type { GpuBid } from '@nemoclaw/plugin-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownershipOf, recordOf, relayIdOf, remains } from './world/engine.ts';
import { type GpuSandbox, makeGpuSandbox } from './world/gpu-sandbox.ts';
import { readVolumeJson, writeVolumeFile } from './world/volume.ts';

const NAME = 'gpu-tiny';
const HOST_NETWORK = { NEMOCLAW_DOCKER_GPU_PATCH_NETWORK: 'host' };

describe('GPUs of a sandbox, from the command line', () => {
  let box: GpuSandbox;
  beforeAll(async () => {
    box = await makeGpuSandbox(NAME);
  });
  afterAll(() => box.dispose());

  it('a strategy by name is refused where there is no GPU, with its reason, and nothing is made', async () => {
    for (const strategy of ['native-cdi', 'legacy-swap', 'jetson']) {
      const { error } = await box.onboard(['--gpu', strategy], {}, 'gpu-none');
      expect(error.code).toBe('GPU_NOT_APPLICABLE');
      expect(error.message).toMatch(new RegExp(`${strategy} does not fit this host: .{15,}`));
    }
    expect(await remains(box.driver, 'gpu-none')).toEqual([]);
  });

  it('onboard gives it at create by native CDI, and leaves nothing of a sandbox whose CUDA says no', async () => {
    await box.gpu.with({ cuInit: 100 }, async () => {
      const { error } = await box.onboard(['--gpu', 'native-cdi'], {}, 'gpu-none');
      expect(error.code).toBe('GPU_PROOF_FAILED');
      expect(error.hint?.length).toBeGreaterThan(10);
      expect(await remains(box.driver, 'gpu-none')).toEqual([]);
    });
    await box.gpu.with({ cuInit: 0 }, async () => {
      const { error, result } = await box.onboard(['--gpu', 'native-cdi'], {}, 'gpu-none');
      expect(error).toBeUndefined();
      expect(result.record?.proofs.gpu?.result).toBe('proved');
      const setBy = Object.entries(result.plan.provenance).filter(([field]) => field.startsWith('deviceRequests'));
      expect(setBy.map(([, by]) => by).join()).toContain('native-cdi');
      expect((await box.world.run(['gpu-none', 'status'])).stdout).toMatch(/gpu.*proved/i);
      expect((await box.world.json(['destroy', 'gpu-none', '--yes'])).error).toBeUndefined();
    });
  });

  it('onboard gives it by a swap: proved without, then with, and the host’s network is refused in one line', async () => {
    await box.gpu.with({ cuInit: 0 }, async () => {
      const { error, result, warnings } = await box.onboard(['--gpu', 'legacy-swap'], HOST_NETWORK);
      expect(error).toBeUndefined();
      expect(result.record?.gpu).toMatchObject({
        mode: 'strategy',
        strategy: 'legacy-swap',
        requested: [box.gpu.device],
      });
      expect(result.record?.proofs.gpu).toMatchObject({ result: 'proved' });
      expect(warnings.filter((line) => /PATCH_NETWORK=host is ignored: .* isolated network/.test(line))).toHaveLength(
        1,
      );
      // The relay came after the first look at the bridge; the swap looked again.
      const relay = await box.driver.inspect(relayIdOf(box.world, NAME));
      expect(Date.parse(result.record?.proofs.bridge?.at ?? '')).toBeGreaterThan(Date.parse(relay?.startedAt ?? ''));
      expect(await box.hostConfig()).toMatchObject({
        NetworkMode: ownershipOf(box.world, NAME).resources.network?.id,
        DeviceRequests: [{ Driver: 'cdi', DeviceIDs: [`nvidia.com/gpu=${box.gpu.device}`] }],
      });
      await box.theOne();
    });
  });

  it('explains, proves, and routes by the variable', async () => {
    await box.gpu.with({ cuInit: 0 }, async () => {
      const { result } = await box.world.json<GpuExplanation>([NAME, 'gpu', 'explain']);
      expect(result.sandbox).toMatchObject({ candidate: 'cdi', proof: { result: 'proved' } });
      expect(result.strategies.find(({ id }) => id === 'legacy-swap')?.candidates).toEqual([
        `CDI nvidia.com/gpu=${box.gpu.device}`,
        `--gpus ${box.gpu.device}`,
      ]);
      const { result: proved } = await box.world.json<GpuProveResult>([NAME, 'gpu', 'prove']);
      expect(proved.proof.checks.filter(({ name }) => name === 'cu_init')).toMatchObject([
        { as: 'gateway', outcome: 'ok' },
        { as: 'tools', outcome: 'ok' },
      ]);
      for (const [patch, chosen] of [
        ['0', 'native-cdi'],
        ['1', 'legacy-swap'],
        ['', 'native-cdi'],
      ] as const) {
        const asked = { env: { ...box.world.env, NEMOCLAW_DOCKER_GPU_PATCH: patch } };
        const list = await box.world.json<{ bids: GpuBid[]; chosen: string }>(['gpu', 'list'], asked);
        expect([patch, list.result.chosen]).toEqual([patch, chosen]);
      }
    });
  });

  it('comes back with its GPU where CUDA says no in the new container, and gives it up when told to', async () => {
    await box.gpu.with({ cuInit: 100 }, async () => {
      const { error } = await box.set('native-cdi');
      expect(error.code).toBe('GPU_PROOF_FAILED');
      expect(error.message).toContain('CUDA_ERROR_NO_DEVICE');
      expect(error.message).toContain(`Sandbox ${NAME} is as it was, and its agent is healthy.`);
    });
    expect(recordOf(box.world, NAME).gpu.strategy).toBe('legacy-swap');
    // It can be given up when its specification is gone; it could not be started again.
    expect((await box.set('off')).error).toBeUndefined();
    expect((await box.hostConfig()).DeviceRequests ?? []).toEqual([]);
    await box.theOne();
  });

  it('no way that works: each is named, nothing was stopped', async () => {
    const before = await box.theOne();
    await box.gpu.with({ broken: 'missing-node' }, async () => {
      const { error } = await box.set('legacy-swap');
      expect(error.code).toBe('GPU_INJECTION_FAILED');
      expect(error.message).toMatch(/No way of legacy-swap .*CDI nvidia.*--gpus.*was not touched/s);
    });
    expect(await box.containers()).toEqual([before]);
  });

  it('two specifications of one device: refused, nothing was touched', async () => {
    const before = await box.theOne();
    await box.gpu.with({ cuInit: 0 }, async (fixture) => {
      const twin = fixture.specPath.replace('.json', '-twin.json');
      copyFileSync(fixture.specPath, twin);
      try {
        await expect.poll(box.gpu.isListed, { timeout: 5_000 }).toBe(false);
        const { error } = await box.set('native-cdi');
        expect(error.code).toBe('GPU_NOT_APPLICABLE');
        expect(error.message).toContain('two specifications');
      } finally {
        rmSync(twin);
      }
    });
    expect(await box.containers()).toEqual([before]);
  });

  it('a hook that fails: only the start finds out, and the old container comes back', async () => {
    const before = await box.theOne();
    await box.gpu.with({ broken: 'failing-hook' }, async () => {
      const { error } = await box.set('native-cdi');
      expect(error.code).toBe('GPU_INJECTION_FAILED');
      expect(error.message).toContain(`Sandbox ${NAME} is as it was, and its agent is healthy.`);
      expect(error.hint?.length).toBeGreaterThan(20);
    });
    expect((await box.theOne()).id).toBe(before.id);
  });

  it('a command of the agent that no runtime carries safely is refused before anything is touched', async () => {
    const before = await box.theOne();
    const read = () =>
      readVolumeJson<{ runtime: { command: string[] } }>(box.driver, box.world, NAME, 'sealed', 'supervisor.json');
    const sealed = await read();
    const seal = (command: string[]) =>
      writeVolumeFile(
        box.driver,
        box.world,
        NAME,
        'sealed',
        'supervisor.json',
        JSON.stringify({ ...sealed, runtime: { ...sealed.runtime, command } }),
        { uid: 0, mode: 0o400 },
      );
    await box.gpu.with({ cuInit: 0 }, async () => {
      for (const token of ['', 'two\twords']) {
        await seal([...sealed.runtime.command, token]);
        const { error } = await box.set('legacy-swap');
        expect(error.code).toBe('REPLACE_REFUSED');
        expect(error.message).toContain(JSON.stringify(token));
        expect(error.message).toContain('was not touched');
      }
    });
    await seal(sealed.runtime.command);
    expect(await box.containers()).toEqual([before]);
  });

  it('an agent that does not come back is not called healthy, and recover mends it', async () => {
    const before = await box.theOne();
    await box.order({ refuseConfig: true });
    await box.gpu.with({ cuInit: 0 }, async () => {
      const { error } = await box.set('legacy-swap');
      expect(error.code).toBe('GATEWAY_START_FAILED');
      expect(error.message).toMatch(
        /container of sandbox \S+ was restored, but its agent is not healthy: .*config_refused/,
      );
      expect(error.hint).toContain(`${NAME} recover`);
    });
    expect((await box.theOne()).id).toBe(before.id);
    await box.order({});
    const { result } = await box.world.json<RecoverResult>([NAME, 'recover']);
    expect(result.verdict).toBe('healthy');
  });
});
