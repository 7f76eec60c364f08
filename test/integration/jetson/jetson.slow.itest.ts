import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { GpuExplanation, GpuProveResult, GpuSetResult, OnboardResult } from '@nemoclaw/core';
import driverContribution from '@nemoclaw/driver-docker';
import { type Driver, type GpuBid, IDS, LABELS } from '@nemoclaw/plugin-api';
import { startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { TINY_AGENT } from '@nemoclaw/testkit/tiny-agent';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runInAgent } from '../../../packages/core/src/lifecycle/probe-context.ts';
import { type PrivateEngine, startPrivateEngine } from '../../faults/engine/private-engine.ts';
import { BIN, type Envelope, makeWorld, ROOT, type World } from '../world/cli.ts';
import { QUICK } from '../world/core.ts';
import { agentIdOf, openEngine, recordOf, remains } from '../world/engine.ts';
import { BOARD, boardDev, CARD, type FakeRuntime, writeRuntime } from './board.ts';

const NAME = 'jetson';
const MODEL_PROGRAM = join(ROOT, 'test/faults/engine/model-program.ts');
const IMAGES = /^nemoclaw-(?:parent|base|base-build|relay|agent-tiny):/;

/**
 * The whole way on a made-up board: an engine of the test's own with a runtime called nvidia, which gives containers the
 * nodes, and a /dev that has them, which only the program sees.
 */
describe('a Jetson, from onboard to proof', () => {
  let folder: string;
  let world: World;
  let engine: PrivateEngine;
  let driver: Driver;
  let runtime: FakeRuntime;
  let model: ChildProcessByStdio<Writable, Readable, null>;
  let endpoint: string;

  const json = async <T>(args: string[], env: Record<string, string> = {}): Promise<Envelope<T>> => {
    const { stdout } = await engine.run([BIN, ...args, '--json'], {
      env: { ...world.env, ...env },
      reject: false,
    });
    return JSON.parse(stdout) as Envelope<T>;
  };
  const onboard = (gpu: string, env: Record<string, string> = {}) =>
    json<OnboardResult>(
      [
        ...['onboard', '--name', NAME, '--agent', 'tiny', '--provider', 'openai-compatible', '--endpoint', endpoint],
        ...['--model', 'scripted-1', '--isolation', 'separate', '--gpu', gpu, '--yes'],
      ],
      env,
    );
  const idOf = async (as: 'gateway' | 'tools'): Promise<number[]> => {
    const run = runInAgent(driver, agentIdOf(world, NAME));
    const answer = await run({ as, argv: ['/usr/bin/id', '-G'], timeoutMs: 10_000 });
    if (answer.outcome !== 'exited') throw new Error(JSON.stringify(answer));
    return answer.stdout.trim().split(' ').map(Number);
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nemoclaw-board-'));
    world = makeWorld(QUICK);
    // Images are built on the engine that can, and copied to the one that has no way out.
    const shared = openEngine();
    const any = await startScriptedModel({ models: [{ id: 'm', context: 8_192 }], respond: () => text('hello') });
    expect((await world.json(['plugins', 'link', TINY_AGENT.root])).error).toBeUndefined();
    const made = await world.json([
      ...['onboard', '--name', 'jetson-images', '--agent', 'tiny', '--provider', 'openai-compatible', '--endpoint'],
      ...[any.baseUrl, '--model', 'm', '--gpu', 'off', '--forward', '--no-smoke', '--yes'],
    ]);
    expect(made.error).toBeUndefined();
    await world.run(['destroy', 'jetson-images', '--yes']);
    await any.close();

    runtime = await writeRuntime(folder, 0);
    engine = await startPrivateEngine({ runtimes: { nvidia: { path: runtime.path } } });
    const images = await shared.listImages({});
    await engine.bring(images.flatMap(({ tags }) => tags).filter((tag) => IMAGES.test(tag)));
    driver = driverContribution.create({ env: engine.env });
    const [program = '', ...rest] = engine.enter(ROOT);
    model = spawn(program, [...rest, process.execPath, MODEL_PROGRAM], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    endpoint = String(await once(createInterface({ input: model.stdout }), 'line'));
  });
  afterAll(async () => {
    model?.stdin.end();
    await engine?.dispose();
    rmSync(world.home, { recursive: true, force: true });
    await world.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  it('before it is one: an engine with the runtime only is given its GPU by a swap, by the way that ran', async () => {
    runtime.give(CARD);
    const list = async (env: Record<string, string>) =>
      (await json<{ chosen: string | null; reason: string }>(['gpu', 'list'], env)).result;
    expect((await list({})).chosen).toBe('legacy-swap');
    expect((await list({ NEMOCLAW_DOCKER_GPU_PATCH: '1' })).chosen).toBe('legacy-swap');
    const forbidden = await list({ NEMOCLAW_DOCKER_GPU_PATCH: '0' });
    expect(forbidden.chosen).toBeNull();
    expect(forbidden.reason).toContain('NEMOCLAW_DOCKER_GPU_PATCH=0 forbids the swap');

    const { error, result } = await onboard('auto');
    expect(error).toBeUndefined();
    expect(result.record?.gpu).toMatchObject({ mode: 'auto', strategy: 'legacy-swap' });
    expect(result.record?.proofs.gpu?.result).toBe('proved');
    const { result: explained } = await json<GpuExplanation>([NAME, 'gpu', 'explain']);
    expect(explained.strategies.find(({ id }) => id === 'legacy-swap')?.candidates).toEqual([
      '--gpus all',
      '--runtime nvidia',
    ]);
    expect(explained.sandbox?.candidate).toBe('runtime');
    // Again, to hear why the first way was none.
    const again = await json<GpuSetResult>([NAME, 'gpu', 'set', 'legacy-swap']);
    expect(again.result.notes.join()).toMatch(
      /--gpus all: a container with it did not start.*--runtime nvidia: a container ran/s,
    );
    expect((await json(['destroy', NAME, '--yes'])).error).toBeUndefined();
  });

  it('is found by its nodes, and takes its own way by default; 0 takes native CDI, which is not there', async () => {
    await engine.run(['sh', '-c', boardDev(folder)]);
    runtime.give(BOARD);
    const route = async (env: Record<string, string>) =>
      (await json<{ bids: GpuBid[]; chosen: string | null }>(['gpu', 'list'], env)).result;
    const { bids, chosen } = await route({});
    expect(chosen).toBe('jetson');
    expect(bids.find(({ strategy }) => strategy === 'jetson')?.evidence.join()).toMatch(
      /\/dev\/nvmap.*runtimes: .*nvidia.*groups of device nodes: 44, 104/,
    );
    expect((await route({ NEMOCLAW_DOCKER_GPU_PATCH: '1' })).chosen).toBe('jetson');
    expect((await route({ NEMOCLAW_DOCKER_GPU_PATCH: '0' })).chosen).toBeNull();
  });

  it('is proved, since its groups reach the gateway and the tools: sorted, each once, root’s not among them', async () => {
    const { error, result } = await onboard('auto');
    expect(error).toBeUndefined();
    const { record } = result;
    expect(record?.gpu.strategy).toBe('jetson');
    expect(record?.agent).toMatchObject({ isolation: 'separate', isolationProof: 'proved' });
    expect(record?.proofs.gpu?.result).toBe('proved');
    // Nodes of mode 660 open for nobody who is not in their group.
    expect(record?.proofs.gpu?.checks.filter(({ name }) => name === 'device_nodes')).toMatchObject([
      { as: 'gateway', outcome: 'ok', detail: expect.stringContaining('/dev/nvgpu/igpu0/ctrl') },
      { as: 'tools', outcome: 'ok', detail: expect.stringContaining('/dev/nvmap') },
    ]);
    for (const [as, uid] of [
      ['gateway', IDS.gateway],
      ['tools', IDS.tools],
    ] as const) {
      const groups = await idOf(as);
      expect(groups).not.toContain(0);
      expect(new Set(groups).size).toBe(groups.length);
      expect(groups.filter((gid) => gid < 1000)).toEqual([44, 104]);
      expect(new Set(groups)).toEqual(new Set([uid, IDS.workspace, 44, 104]));
    }
    const raw = (await driver.inspectRaw(agentIdOf(world, NAME))) as never as {
      HostConfig: { Runtime: string };
      Config: { Env: string[] };
    };
    expect(raw.HostConfig.Runtime).toBe('nvidia');
    expect(raw.Config.Env).toEqual(
      expect.arrayContaining(['NVIDIA_VISIBLE_DEVICES=all', 'NVIDIA_DRIVER_CAPABILITIES=compute,utility']),
    );
  });

  it('gives it up and takes it back, and the groups go and come with it', async () => {
    const off = await json<GpuSetResult>([NAME, 'gpu', 'set', 'off']);
    expect(off.error).toBeUndefined();
    expect(new Set(await idOf('tools'))).toEqual(new Set([IDS.tools, IDS.workspace]));
    // Proved of the old container, so asked of the new one.
    expect(off.result.record.agent.isolationProof).toBe('proved');
    expect(off.result.record.proofs.tools).toMatchObject({ uid: IDS.tools });
    const back = await json<GpuSetResult>([NAME, 'gpu', 'set', 'jetson']);
    expect(back.error).toBeUndefined();
    expect(new Set(await idOf('gateway'))).toEqual(new Set([IDS.gateway, IDS.workspace, 44, 104]));
    const { result } = await json<GpuProveResult>([NAME, 'gpu', 'prove']);
    expect(result.proof.result).toBe('proved');
    expect(recordOf(world, NAME).gpu.strategy).toBe('jetson');
  });

  it('leaves nothing', async () => {
    expect((await json(['destroy', NAME, '--yes'])).error).toBeUndefined();
    expect(await remains(driver, NAME)).toEqual([]);
    expect(await driver.list({ [LABELS.managed]: 'true' })).toEqual([]);
  });
});
