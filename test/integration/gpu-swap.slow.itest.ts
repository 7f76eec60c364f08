import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GpuSetResult, OnboardResult, OperationJournal, RecoverResult } from '@nemoclaw/core';
import { type ContainerState, type Driver, LABELS } from '@nemoclaw/plugin-api';
import { type CdiFixtureOptions, createCdiFixture } from '@nemoclaw/testkit/cdi-fixture';
import { type ScriptedModel, startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BIN, makeWorld, type World } from './world/cli.ts';
import { agentIdOf, openEngine, ownershipOf, recordOf, remains } from './world/engine.ts';

const MODEL = { id: 'scripted-1', context: 131_072 };
const SPEC_DIR = '/var/run/cdi';
const NAME = 'swap';

describe('a sandbox that gets its GPU by being replaced', () => {
  let world: World;
  let driver: Driver;
  let model: ScriptedModel;

  /** Device names of their own: another test on this engine may have a GPU too. */
  const withGpu = async (options: Partial<CdiFixtureOptions>, use: () => Promise<void>): Promise<void> => {
    const fixture = await createCdiFixture({
      specDir: SPEC_DIR,
      devices: [`swap-${randomBytes(3).toString('hex')}`],
      listDevices: async () => (await driver.hostFacts()).cdiDevices,
      ...options,
    });
    try {
      await use();
    } finally {
      await fixture.dispose();
    }
  };
  const set = (strategy: string) => world.json<GpuSetResult>([NAME, 'gpu', 'set', strategy]);
  const containers = async (): Promise<ContainerState[]> =>
    (await driver.list({ [LABELS.sandbox]: NAME })).filter(({ labels }) =>
      ['agent', 'staging', 'backup', 'helper'].includes(labels[LABELS.role] ?? ''),
    );
  /** One agent container, running under the sandbox's own name and policy, that says by itself that it is well. */
  const expectOneHealthy = async (): Promise<ContainerState> => {
    const all = await containers();
    expect(all.map(({ name }) => name)).toHaveLength(1);
    const [only] = all as [ContainerState];
    const { authoritative, intent, retired, sandboxId } = ownershipOf(world, NAME);
    expect(authoritative).toEqual({ id: only.id, generation: only.labels[LABELS.generation] });
    expect({ intent, retired }).toEqual({ intent: null, retired: [] });
    expect(only).toMatchObject({
      name: `nemoclaw-${NAME}-${sandboxId.slice(0, 8)}`,
      phase: 'running',
      restartPolicy: 'unless-stopped',
    });
    expect(existsSync(join(world.home, 'sandboxes', NAME, 'operation.json'))).toBe(false);
    const status = await world.json([NAME, 'status', '--live']);
    expect(status.error).toBeUndefined();
    return only;
  };
  const say = async (line: string): Promise<string> => {
    const { exitCode, stdout } = await world.run([NAME, 'exec', '--', '/bin/sh', '-c', line]);
    expect(exitCode).toBe(0);
    return stdout;
  };

  beforeAll(async () => {
    world = makeWorld();
    driver = openEngine();
    model = await startScriptedModel({ models: [MODEL], respond: () => text('hello') });
    const made = await world.json<OnboardResult>([
      ...['onboard', '--name', NAME, '--provider', 'openai-compatible', '--endpoint', model.baseUrl],
      ...['--model', MODEL.id, '--gpu', 'off', '--forward', '--no-smoke', '--yes'],
    ]);
    expect(made.error).toBeUndefined();
  });
  afterAll(async () => {
    await model.close();
    const gone = await world.json(['destroy', NAME, '--yes']);
    const left = await remains(driver, NAME);
    await world.dispose();
    expect({ error: gone.error, left }).toEqual({ error: undefined, left: [] });
  }, 120_000);

  it('touches nothing where no way to a GPU works', async () => {
    const before = await expectOneHealthy();
    expect((await set('legacy-swap')).error.code).toBe('GPU_NOT_APPLICABLE');
    for (const broken of ['failing-hook', 'missing-node'] as const)
      await withGpu({ broken }, async () => {
        const answer = await set('legacy-swap');
        expect(answer.error.code).toBe('GPU_INJECTION_FAILED');
        expect(answer.error.message).toContain('was not touched');
      });
    expect(await containers()).toEqual([before]);
  });

  it('is replaced, proved, and keeps state, name, host name and what was altered by hand', async () => {
    const before = await expectOneHealthy();
    await say('echo kept > /workspace/kept');
    await execa('docker', ['update', '--cpu-shares', '512', before.id]);
    await withGpu({ cuInit: 0 }, async () => {
      const { error, result } = await set('legacy-swap');
      expect(error).toBeUndefined();
      expect(result).toMatchObject({ changed: true, before: null, warnings: [] });
      expect(result.record.proofs.gpu?.result).toBe('proved');
      expect(result.notes.join('\n')).toMatch(/a container ran with it[\s\S]*HostConfig\.CpuShares/);

      const after = await expectOneHealthy();
      expect(after.id).not.toBe(before.id);
      const raw = (await driver.inspectRaw(after.id)) as never as {
        HostConfig: { DeviceRequests: object[]; CpuShares: number };
        Config: { Hostname: string };
      };
      expect(raw.HostConfig).toMatchObject({ DeviceRequests: [{ Driver: 'cdi' }], CpuShares: 512 });
      expect(raw.Config.Hostname).toMatch(/^sbx-/);
      expect((await say('cat /workspace/kept')).trim()).toBe('kept');
      expect(recordOf(world, NAME).gpu).toMatchObject({ mode: 'strategy', strategy: 'legacy-swap' });

      const proof = await world.json([NAME, 'gpu', 'prove']);
      expect(proof.exitCode).toBe(0);
      const explained = await world.run([NAME, 'gpu', 'explain']);
      expect(explained.stdout).toMatch(/swap: legacy-swap \(cdi\)[\s\S]*proved/);

      const off = await set('off');
      expect(off.error).toBeUndefined();
      expect(off.result.before).toBe('legacy-swap');
    });
    const raw = (await driver.inspectRaw((await expectOneHealthy()).id)) as never as {
      HostConfig: { DeviceRequests: object[] | null; CpuShares: number };
    };
    expect(raw.HostConfig.DeviceRequests ?? []).toEqual([]);
    expect(raw.HostConfig.CpuShares).toBe(512);
    expect(recordOf(world, NAME)).toMatchObject({ gpu: { mode: 'off', strategy: null } });
    expect(recordOf(world, NAME).proofs.gpu).toBeUndefined();
  }, 300_000);

  it.each([
    ['a hook that fails', 'native-cdi', { broken: 'failing-hook' as const }, /./],
    ['a CUDA that finds no device', 'legacy-swap', { cuInit: 100 }, /GPU_PROOF_FAILED/],
  ])(
    'comes back as it was after %s, and says so',
    async (_title, strategy, options, code) => {
      const before = await expectOneHealthy();
      await withGpu(options, async () => {
        const { error } = await set(strategy);
        expect(error.code).toMatch(code);
        expect(error.message).toContain(`Sandbox ${NAME} is as it was, and its agent is healthy.`);
      });
      expect((await expectOneHealthy()).id).toBe(before.id);
      expect(recordOf(world, NAME).gpu.strategy).toBeNull();
    },
    300_000,
  );

  it('refuses to lose what it cannot carry, before anything is touched', async () => {
    const before = await expectOneHealthy();
    await execa('docker', ['update', '--restart', 'always', before.id]);
    try {
      await withGpu({ cuInit: 0 }, async () => {
        const { error } = await set('legacy-swap');
        expect(error.code).toBe('REPLACE_REFUSED');
        expect(error.message).toContain('HostConfig.RestartPolicy');
      });
    } finally {
      await execa('docker', ['update', '--restart', 'unless-stopped', before.id]);
    }
    expect((await expectOneHealthy()).id).toBe(before.id);
  });

  it.each(['stage', 'start'])(
    'killed at "%s", is one healthy sandbox again after recover',
    async (step) => {
      const before = await expectOneHealthy();
      await withGpu({ cuInit: 0 }, async () => {
        const journal = join(world.home, 'sandboxes', NAME, 'operation.json');
        const command = execa(BIN, [NAME, 'gpu', 'set', 'legacy-swap'], {
          env: world.env,
          reject: false,
          stdio: 'ignore',
          detached: true,
        });
        await expect
          .poll(
            () => {
              if (!existsSync(journal)) return '';
              const { steps } = JSON.parse(readFileSync(journal, 'utf8')) as OperationJournal;
              return steps.find(({ id }) => id === step)?.state;
            },
            { interval: 5, timeout: 60_000 },
          )
          .toBe('running');
        process.kill(-(command.pid as number), 'SIGKILL');
        await command;
        expect((await set('off')).error.code).toMatch(/OPERATION_PENDING|REPLACEMENT_PENDING/);
        const { error, result } = await world.json<RecoverResult>([NAME, 'recover']);
        expect(error).toBeUndefined();
        expect(result).toMatchObject({ verdict: 'healthy' });
        expect(result.actions.join()).toContain('took back the unfinished gpu-set');
      });
      expect((await expectOneHealthy()).id).toBe(before.id);
      expect(agentIdOf(world, NAME)).toBe(before.id);
    },
    300_000,
  );
});
