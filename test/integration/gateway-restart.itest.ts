import type { Nemoclaw } from '@nemoclaw/core';
import { type Driver, type FileEntry, IDS, PATHS } from '@nemoclaw/plugin-api';
import { launchCommand } from '@nemoclaw/supervisor/protocol';
import { type ScriptedModel, startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { type Misbehaviour, tinyOrders } from '@nemoclaw/testkit/tiny-agent';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, type World } from './world/cli.ts';
import { onboardInput, openCore, QUICK } from './world/core.ts';
import { agentIdOf, openEngine, ownershipOf, recordOf, remains } from './world/engine.ts';
import { tamper } from './world/image-layer.ts';
import { readVolumeJson } from './world/volume.ts';

const NAME = 'restarts';
const MODEL = 'scripted-1';
const PROGRAM = '/opt/tiny/gateway.mjs';
const SEALED = 'agent/tiny.json';

describe('each way in which a gateway restart can fail', () => {
  let world: World;
  let driver: Driver;
  let model: ScriptedModel;
  let nemoclaw: Nemoclaw;
  let sealed: object;

  const put = (purpose: 'state' | 'sealed', file: FileEntry): Promise<void> =>
    driver.putFiles({
      volume: ownershipOf(world, NAME).resources.volumes.find((volume) => volume.purpose === purpose)?.name ?? '',
      image: recordOf(world, NAME).image.id,
      labels: {},
      files: [file],
    });
  const order = (wrong: Partial<Misbehaviour>) => put('state', tinyOrders(wrong));
  const seal = (change: Partial<FileEntry> = {}) =>
    put('sealed', {
      ...{ path: SEALED, type: 'file', content: `${JSON.stringify(sealed, null, 2)}\n` },
      ...{ mode: 0o640, uid: 0, gid: IDS.gateway, ...change },
    });
  /** As root in the container, whatever the supervisor can do just now. */
  const inside = async (script: string): Promise<string> => {
    const argv = ['/bin/sh', '-c', script];
    const ran = await driver.exec(agentIdOf(world, NAME), { argv, uid: 0, gid: 0, timeoutMs: 10_000 });
    return ran.stdout.toString().trim();
  };
  /** By the kernel's word: its pid, and in which tick it began. */
  const gateway = () => inside(`pid=$(pgrep -f '^${PATHS.node} ${PROGRAM}') && cut -d' ' -f1,22 /proc/$pid/stat`);
  const supervisor = `$(pgrep -f '^${PATHS.node} ${PATHS.supervisor} run' | head -n 1)`;
  const state = async () => (await nemoclaw.gatewayStatus(NAME)).state;
  const untilRunning = () => expect.poll(() => state().catch(() => ''), { timeout: 20_000 }).toBe('running');
  const restart = (options = {}) => nemoclaw.gatewayRestart(NAME, { timeoutMs: 5_000, ...options });

  /** Refuses with that code and leaves the very process that ran. */
  const refuses = async (code: string, message: RegExp, options = {}) => {
    const before = await gateway();
    expect(before).toMatch(/^\d+ \d+$/);
    await expect(restart(options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await gateway()).toBe(before);
  };

  beforeAll(async () => {
    world = makeWorld();
    driver = openEngine();
    model = await startScriptedModel({
      models: [{ id: MODEL, context: 8_192 }],
      respond: () => text('hello'),
      host: '0.0.0.0',
    });
    nemoclaw = await openCore(world.home, { env: { ...QUICK, NEMOCLAW_HEALTH_EVERY_MS: '500' } });
    await nemoclaw.onboard(onboardInput(NAME, model.baseUrl, MODEL, 'tiny'));
    sealed = await readVolumeJson(driver, world, NAME, 'sealed', SEALED);
  });
  afterAll(async () => {
    await nemoclaw.destroy(NAME);
    await nemoclaw.close();
    await model.close();
    await world.dispose();
    expect(await remains(driver, NAME)).toEqual([]);
  });

  describe('refused, with the gateway left running', () => {
    it.each<[string, string, RegExp, Partial<FileEntry>]>([
      ['a changed configuration', 'RESTART_CONFIG_HASH_MISMATCH', /not what the host sealed/, { content: '{}\n' }],
      ['a link in its place', 'RESTART_UNSAFE_CONFIG_PATH', /link/, { type: 'link', content: '/workspace/mine.json' }],
      ['another owner', 'RESTART_UNSAFE_CONFIG_PATH', /belongs to uid/, { uid: IDS.gateway }],
      ['a mode that lets others read it', 'RESTART_SECRET_BOUNDARY', /mode 644/, { mode: 0o644 }],
    ])('%s', async (_what, code, message, change) => {
      await seal(change);
      try {
        await refuses(code, message);
      } finally {
        await seal();
      }
    });

    it.each([
      ['its script', PROGRAM],
      ['the Node that runs it', PATHS.node],
    ])('a program that is not root’s any more: %s', async (_what, path) => {
      const mend = await tamper(driver, agentIdOf(world, NAME), path, { uid: IDS.gateway });
      try {
        await refuses('RESTART_UNSAFE_CONFIG_PATH', /belongs to uid/);
      } finally {
        mend();
      }
    });

    it('a second restart while one is under way', async () => {
      const both = await Promise.allSettled([restart(), restart()]);
      const [refused] = both.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
      expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(refused?.reason).toMatchObject({ code: 'BUSY' });
    });

    it('a supervisor that hangs: not waited for as long as a restart may take', async () => {
      await inside(`kill -STOP ${supervisor}`);
      try {
        await refuses('RESTART_CONTROL_UNAVAILABLE', /The gateway was not touched/, { timeoutMs: 120_000 });
      } finally {
        await inside(`kill -CONT ${supervisor}`);
      }
      await untilRunning();
    });

    it('a control socket that is gone', async () => {
      await inside(`rm ${PATHS.control}`);
      await refuses('RESTART_CONTROL_UNAVAILABLE', /ENOENT/);
      await driver.restart(agentIdOf(world, NAME), { timeoutSeconds: 10 });
      await untilRunning();
    });
  });

  it('a supervisor of another version says "rebuild needed", and recover rebuilds on the same state', async () => {
    const old = agentIdOf(world, NAME);
    await tamper(driver, old, PATHS.supervisor, {
      content: (bundle) => bundle.replace(/SUPERVISOR_PROTOCOL = 1\b/, 'SUPERVISOR_PROTOCOL = 0'),
    });
    await driver.restart(old, { timeoutSeconds: 10 });
    await expect.poll(gateway, { timeout: 10_000 }).toMatch(/^\d+ \d+$/);
    await refuses('SUPERVISOR_OUTDATED', /^Rebuild needed: .* speaks protocol 0/);
    const { volumes } = ownershipOf(world, NAME).resources;
    const { actions } = await nemoclaw.recover(NAME);
    expect(actions).toContainEqual(expect.stringContaining('found a container of another version'));
    expect(agentIdOf(world, NAME)).not.toBe(old);
    expect(ownershipOf(world, NAME).resources.volumes).toEqual(volumes);
    expect((await nemoclaw.status(NAME, { live: true })).live?.reasons).toEqual([]);
  });

  it('an exit that says "my configuration is refused" is not retried', async () => {
    await order({ refuseConfig: true });
    await expect(restart()).rejects.toMatchObject({ code: 'RESTART_LAUNCH_FAILED' });
    const { restarts } = await nemoclaw.gatewayStatus(NAME);
    // Longer than the first delay of a retry.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await nemoclaw.gatewayStatus(NAME)).toMatchObject({ state: 'config_refused', restarts });
    await order({});
    await nemoclaw.recover(NAME);
  });

  it('brings back a gateway that lives and has dropped its listener, though nobody asks it anything', async () => {
    await order({ dropAfterMs: 1_500 });
    await restart();
    await order({});
    const dropping = await gateway();
    await expect.poll(state, { timeout: 10_000 }).not.toBe('running');
    expect((await nemoclaw.gatewayStatus(NAME)).reason).toMatch(/no longer listens/);
    await untilRunning();
    expect(await gateway()).not.toBe(dropping);
  });

  it('restarts the whole container when nothing can be started in it any more', async () => {
    const id = agentIdOf(world, NAME);
    const before = await driver.inspect(id);
    // As an agent's command may: until the kernel grants no more. What is left then is enough for a shell, not for Node.
    const argv = ['/bin/sh', '-c', 'while :; do sleep 1000 & done'];
    const full = await driver.exec(id, {
      argv: launchCommand({ as: 'tools' }, argv),
      uid: 0,
      gid: 0,
      timeoutMs: 30_000,
    });
    expect(full.stderr.toString()).toMatch(/fork/i);
    const notes: string[] = [];
    const { after } = await restart({
      timeoutMs: 20_000,
      onProgress: (event: object) => notes.push(JSON.stringify(event)),
    });
    expect(notes.join('\n')).toContain('so all of it was restarted');
    const now = await driver.inspect(id);
    expect(now?.id).toBe(before?.id);
    expect(now?.startedAt).not.toBe(before?.startedAt);
    expect(await gateway()).toBe(`${after.pid} ${after.startTime}`);
    expect((await nemoclaw.status(NAME, { live: true })).live?.reasons).toEqual([]);
  });
});
