import type { OnboardResult, RestartReport, StatusResult } from '@nemoclaw/core';
import type { Driver } from '@nemoclaw/plugin-api';
import { IDS, PATHS, PORTS } from '@nemoclaw/plugin-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, type World } from './world/cli.ts';
import { agentIdOf, openEngine, ownershipOf, recordOf, relayIdOf, remains } from './world/engine.ts';
import { startSmallModel } from './world/model.ts';
import { isKept, startPulse } from './world/pulse.ts';
import { gatewayOf, refusesWhatWasChanged } from './world/refusals.ts';
import { readVolumeJson, writeVolumeFile } from './world/volume.ts';

const NAME = 'real-claw';
const HOLD_MS = 30_000;

describe('a sandbox with the real OpenClaw and a real small model', () => {
  let world: World;
  let driver: Driver;
  let model: Awaited<ReturnType<typeof startSmallModel>>;
  let onboarded: Awaited<ReturnType<World['json']>> & { result: OnboardResult };

  beforeAll(async () => {
    world = makeWorld();
    driver = openEngine();
    model = await startSmallModel(driver);
    onboarded = await world.json<OnboardResult>([
      ...['onboard', '--name', NAME, '--agent', 'openclaw', '--provider', 'llamacpp', '--endpoint', model.baseUrl],
      // Another test on this engine may have a GPU just now.
      ...['--model', model.model, '--gpu', 'off', '--forward', '--yes'],
    ]);
  }, 900_000);

  afterAll(async () => {
    await world.dispose();
    await model.dispose();
  }, 120_000);

  it('is onboarded with everything proved, and an answer from the model', () => {
    expect(onboarded.error).toBeUndefined();
    expect(onboarded.exitCode).toBe(0);
    const { record, answer } = onboarded.result;
    expect(answer).toMatch(/Paris/i);
    expect(record?.phase).toBe('ready');
    expect(record?.agent).toMatchObject({
      id: 'openclaw',
      profile: 'compact',
      isolation: 'shared',
      isolationProof: 'proved',
    });
    expect(record?.proofs.tools).toMatchObject({ uid: IDS.gateway });
    expect(record?.proofs.inference?.probe).toMatchObject({ status: 'ok', code: 'ok' });
    expect(record?.proofs.bridge?.probe).toMatchObject({ status: 'ok' });
    expect(record?.proofs.chat?.elapsedMs).toBeGreaterThan(0);
    expect(record?.provider.contextTokens).toBe(8192);
  });

  it('says all of it again when it is asked live', async () => {
    const { result, exitCode } = await world.json<StatusResult>([NAME, 'status', '--live']);
    expect(result.live?.reasons).toEqual([]);
    expect(result.live?.verdict).toBe('ready');
    expect(result.live?.supervisor?.gateway?.listenerInode).toMatch(/^\d+$/);
    expect(exitCode).toBe(0);
  });

  it('answers a chat from the command line', async () => {
    const { exitCode, stdout, stderr } = await world.run([
      NAME,
      'chat',
      'What is the capital of Italy? One short sentence.',
    ]);
    expect(stderr).not.toMatch(/error/i);
    expect(exitCode).toBe(0);
    expect(stdout.trim().length).toBeGreaterThan(0);
  });

  it('passes the exit code and both streams of a remote command, run under the tools’ uid', async () => {
    const ran = await world.run([NAME, 'exec', '--', 'sh', '-c', 'id -u; echo problem >&2; exit 7']);
    expect(ran.exitCode).toBe(7);
    expect(ran.stdout.trim()).toBe(String(IDS.tools));
    expect(ran.stderr).toContain('problem');
  });

  it('refuses a second onboard of the same name and leaves the first alone', async () => {
    const before = agentIdOf(world, NAME);
    const second = await world.json([
      'onboard',
      '--name',
      NAME,
      '--provider',
      'llamacpp',
      '--endpoint',
      model.baseUrl,
      '--yes',
    ]);
    expect(second.error.code).toBe('SANDBOX_EXISTS');
    expect(second.exitCode).toBe(1);
    expect(agentIdOf(world, NAME)).toBe(before);
    expect((await driver.inspect(before))?.phase).toBe('running');
  });

  it('refuses to restart by a changed configuration or program, and leaves its gateway running', () =>
    refusesWhatWasChanged({ world, driver, name: NAME }));

  it('comes back by itself when its gateway is killed, with every request answered completely', async () => {
    const sandbox = { world, driver, name: NAME };
    const before = await gatewayOf(sandbox);
    const pulse = startPulse(`http://127.0.0.1:${recordOf(world, NAME).ingressPort}/healthz`, 100, HOLD_MS + 15_000);
    const pid = /^pid (\d+)/.exec(before)?.[1] ?? '';
    await driver.exec(agentIdOf(world, NAME), {
      argv: ['/bin/sh', '-c', `kill -9 ${pid}`],
      uid: 0,
      gid: 0,
      timeoutMs: 10_000,
    });
    await expect
      .poll(() => gatewayOf(sandbox), { timeout: 60_000, interval: 1_000 })
      .toMatch(new RegExp(`^pid (?!${pid} )\\d+ `));
    const answers = await pulse.stop();
    expect(answers.filter((answer) => !isKept(answer))).toEqual([]);
    expect(Math.max(...answers.map((answer) => answer.elapsedMs))).toBeGreaterThan(1_000);
  }, 120_000);

  describe('gateway restart under load', () => {
    const ingress = () => `http://127.0.0.1:${recordOf(world, NAME).ingressPort}/healthz`;

    it('answers every request completely: 2xx, or 503 with Retry-After within the hold bound', async () => {
      const before = await driver.inspect(agentIdOf(world, NAME));
      const pulse = startPulse(ingress(), 100, HOLD_MS + 15_000);
      const restart = await world.json<RestartReport>([NAME, 'gateway', 'restart']);
      const answers = await pulse.stop();
      expect(restart.error).toBeUndefined();
      expect(restart.exitCode).toBe(0);
      expect(restart.result.before?.pid).toBeGreaterThan(0);
      expect([restart.result.after.pid, restart.result.after.startTime]).not.toEqual([
        restart.result.before?.pid,
        restart.result.before?.startTime,
      ]);
      expect(answers.length).toBeGreaterThan(50);
      expect(answers.filter((answer) => !isKept(answer))).toEqual([]);
      expect(Math.max(...answers.map((answer) => answer.elapsedMs))).toBeLessThan(HOLD_MS + 5_000);
      // The gateway was really away: somebody had to wait.
      expect(Math.max(...answers.map((answer) => answer.elapsedMs))).toBeGreaterThan(1_000);
      // Same container all along.
      const after = await driver.inspect(agentIdOf(world, NAME));
      expect([after?.id, after?.startedAt]).toEqual([before?.id, before?.startedAt]);
    }, 240_000);

    it('loses requests when the hold is switched off: the measurement can fail', async () => {
      const config = await readVolumeJson<{ ingress: { holdMs: number | 'off' } }>(
        driver,
        world,
        NAME,
        'relay',
        'relay.json',
      );
      const rewrite = async (holdMs: number | 'off') => {
        config.ingress.holdMs = holdMs;
        await writeVolumeFile(driver, world, NAME, 'relay', 'relay.json', JSON.stringify(config), {
          uid: IDS.relay,
          mode: 0o400,
        });
        await driver.restart(relayIdOf(world, NAME), { timeoutSeconds: 10 });
        await expect
          .poll(async () => (await fetch(ingress()).catch(() => undefined))?.status, { timeout: 30_000 })
          .toBe(200);
      };
      await rewrite('off');
      try {
        const pulse = startPulse(ingress(), 100, 45_000);
        const restart = await world.json<RestartReport>([NAME, 'gateway', 'restart']);
        const answers = await pulse.stop();
        expect(restart.exitCode).toBe(0);
        expect(answers.filter((answer) => !isKept(answer)).length).toBeGreaterThan(5);
      } finally {
        await rewrite(HOLD_MS);
      }
    }, 240_000);
  });

  it.each(['agent', 'relay'] as const)(
    'comes back by itself after `docker restart` of its %s container',
    async (part) => {
      const id = part === 'agent' ? agentIdOf(world, NAME) : relayIdOf(world, NAME);
      const pulse = startPulse(`http://127.0.0.1:${recordOf(world, NAME).ingressPort}/healthz`, 100, HOLD_MS + 15_000);
      await driver.restart(id, { timeoutSeconds: 30 });
      await expect
        .poll(async () => (await world.json<StatusResult>([NAME, 'status', '--live'])).result.live?.verdict, {
          timeout: 120_000,
          interval: 1_000,
        })
        .toBe('ready');
      const answers = await pulse.stop();
      // The relay is ingress: nobody can hold a request while it is away.
      if (part === 'agent') expect(answers.filter((answer) => !isKept(answer))).toEqual([]);
    },
    180_000,
  );

  it('is brought back by recover when both containers were stopped', async () => {
    await driver.stop(agentIdOf(world, NAME), { timeoutSeconds: 30 });
    await driver.stop(relayIdOf(world, NAME), { timeoutSeconds: 10 });
    const recovered = await world.json<{ verdict: string; actions: string[] }>([NAME, 'recover']);
    expect(recovered.error).toBeUndefined();
    expect(recovered.result.verdict).toBe('healthy');
    const { result } = await world.json<StatusResult>([NAME, 'status', '--live']);
    expect(result.live?.verdict).toBe('ready');
  }, 240_000);

  it('is made anew on the same state by recover when its containers and network are gone', async () => {
    const before = ownershipOf(world, NAME);
    await driver.remove(agentIdOf(world, NAME), { force: true });
    await driver.remove(relayIdOf(world, NAME), { force: true });
    await driver.removeNetwork(before.resources.network?.id ?? '');
    const recovered = await world.json<{ verdict: string }>([NAME, 'recover']);
    expect(recovered.error).toBeUndefined();
    const after = ownershipOf(world, NAME);
    expect(after.authoritative?.generation).not.toBe(before.authoritative?.generation);
    expect(after.resources.volumes).toEqual(before.resources.volumes);
    expect((await world.json<StatusResult>([NAME, 'status', '--live'])).result.live?.verdict).toBe('ready');
  }, 240_000);

  it('keeps the front door through all of it: nothing in the container but the supervisor listens there', async () => {
    const listening = await world.run([
      NAME,
      'exec',
      '--',
      PATHS.node,
      '-e',
      "process.stdout.write(require('fs').readFileSync('/proc/net/tcp','utf8'))",
    ]);
    const port = PORTS.frontDoor.toString(16).toUpperCase().padStart(4, '0');
    const rows = listening.stdout.split('\n').filter((row) => row.includes(`:${port} 00000000:0000 0A`));
    expect(rows).toHaveLength(1);
    expect(rows[0]?.trim().split(/\s+/)[7]).toBe('0');
  });

  it('is destroyed whole', async () => {
    const destroyed = await world.json([NAME, 'destroy', '--yes']);
    expect(destroyed.exitCode).toBe(0);
    expect(await remains(driver, NAME)).toEqual([]);
    expect((await world.json(['status', NAME])).error.code).toBe('SANDBOX_NOT_FOUND');
  }, 120_000);
});
