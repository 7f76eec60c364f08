import { join } from 'node:path';
import type { RecoverResult } from '@nemoclaw/core';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentIdOf, recordOf } from './world/engine.ts';
import { type GpuSandbox, makeGpuSandbox } from './world/gpu-sandbox.ts';

const NAME = 'gpu-ends';

describe('how a replacement ends, and what is said of it', () => {
  let box: GpuSandbox;
  beforeAll(async () => {
    box = await makeGpuSandbox(NAME);
  });
  afterAll(() => box.dispose());

  it('an onboard whose GPU was named and can’t be given fails, and the sandbox stays without', async () => {
    await box.gpu.with({ broken: 'missing-node' }, async () => {
      const { error } = await box.onboard(['--gpu', 'legacy-swap']);
      expect(error.code).toBe('GPU_INJECTION_FAILED');
      expect(error.message).toContain('was not touched');
    });
    expect(recordOf(box.world, NAME)).toMatchObject({ phase: 'ready', gpu: { strategy: null } });
    await box.theOne();
    expect((await box.world.json(['destroy', NAME, '--yes'])).error).toBeUndefined();
  });

  it('one whose GPU was our own choice is done, with a warning that goes when there is one', async () => {
    await box.gpu.with({ broken: 'missing-node' }, async () => {
      const { error, result } = await box.onboard(['--gpu', 'auto'], { NEMOCLAW_DOCKER_GPU_PATCH: '1' });
      expect(error).toBeUndefined();
      expect(result.record?.gpu).toMatchObject({ mode: 'auto', strategy: null });
      expect(result.warnings.join()).toMatch(/The sandbox has no GPU: No way of legacy-swap/);
    });
  });

  it('is injected, with a warning, where there is no library to ask', async () => {
    await box.gpu.with({}, async () => {
      const { error, result } = await box.set('legacy-swap');
      expect(error).toBeUndefined();
      expect(result.record.proofs.gpu?.result).toBe('injected');
      expect(result.warnings.join()).toContain('CUDA could not be tested');
      expect((await box.set('off')).error).toBeUndefined();
      expect((await box.hostConfig()).DeviceRequests ?? []).toEqual([]);
      expect(recordOf(box.world, NAME).warnings.join()).not.toMatch(/CUDA could not be tested|has no GPU/);
    });
  });

  it('a container that somebody removes meanwhile is NOT restored; recover makes it anew', async () => {
    const before = await box.theOne();
    await box.gpu.with({ cuInit: 100 }, async () => {
      const failing = box.set('legacy-swap');
      await expect
        .poll(async () => (await box.driver.inspect(before.id))?.phase, { timeout: 60_000, interval: 20 })
        .toBe('exited');
      await execa('docker', ['rm', '-f', before.id]);
      const { error } = await failing;
      expect(error.message).toContain(`Sandbox ${NAME} was NOT restored: its container was removed`);
      expect(error.hint).toContain(`${NAME} recover`);
      const { error: none, result } = await box.world.json<RecoverResult>([NAME, 'recover']);
      expect(none).toBeUndefined();
      expect(result.verdict).toBe('healthy');
    });
    expect((await box.theOne()).id).not.toBe(before.id);
  });

  it('an old container that can’t be removed is a warning, and recover takes it away', async () => {
    const before = await box.theOne();
    const { rootDir } = await box.driver.hostFacts();
    const held = join(rootDir, 'containers', before.id, 'hostname');
    await box.gpu.with({ cuInit: 0 }, async () => {
      await execa('chattr', ['+i', held]);
      try {
        const { error, result, exitCode } = await box.set('native-cdi');
        expect({ error, exitCode }).toEqual({ error: undefined, exitCode: 0 });
        expect(result.warnings.join()).toContain(before.id.slice(0, 12));
        expect(agentIdOf(box.world, NAME)).not.toBe(before.id);
      } finally {
        await execa('chattr', ['-i', held]);
      }
      const { result } = await box.world.json<RecoverResult>([NAME, 'recover']);
      expect(result.verdict).toBe('healthy');
      expect(await box.driver.inspect(before.id)).toBeUndefined();
      await box.theOne();
    });
  });

  it('a container that no longer starts is NOT restored, with the commands; recover does it once it can', async () => {
    // It has a GPU whose specification went away after its start.
    const before = await box.theOne();
    await box.order({ refuseConfig: true });
    const { error } = await box.set('off');
    expect(error.message).toContain(`Sandbox ${NAME} was NOT restored: its container is exited.`);
    expect(error.hint).toContain(`${NAME} recover`);
    expect(error.hint).toMatch(new RegExp(`By hand: .*docker start ${before.id.slice(0, 12)}`));
    expect((await box.driver.inspect(before.id))?.phase).toBe('exited');
    await box.order({});
    await box.gpu.with({ cuInit: 0 }, async () => {
      const { result } = await box.world.json<RecoverResult>([NAME, 'recover']);
      expect(result.verdict).toBe('healthy');
      expect((await box.theOne()).id).toBe(before.id);
    });
  });
});
