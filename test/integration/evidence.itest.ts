import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type {
  DebugResult,
  OwnershipStatus,
  RecoverResult,
  SandboxEvent,
  StatusResult,
  UpgradeResult,
} from '@nemoclaw/core';
import { type Driver, LABELS } from '@nemoclaw/plugin-api';
import { type ScriptedModel, startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaked } from '../../packages/core/src/redaction/planted.fixture.ts';
import { makeWorld, type World } from './world/cli.ts';
import { QUICK } from './world/core.ts';
import { agentIdOf, openEngine, ownershipOf, recordOf, remains } from './world/engine.ts';
import { makeTelltale, type Telltale } from './world/telltale.ts';
import { readVolumeJson, writeVolumeFile } from './world/volume.ts';

const NAME = 'ev-told';
const MODEL = { id: 'scripted-1', context: 131_072 };
const ID = /^[0-9a-f]{64}$/;

interface Summary {
  failure: string;
  rolledBack: string;
  ids: { old: string; new: string };
  step: string;
  error: { code: string };
  timings: { evidenceMs: number; undoMs: number; startedAt: string };
}

describe('a sandbox whose plugin tells everything to everybody', () => {
  let world: World;
  let driver: Driver;
  let model: ScriptedModel;
  let telltale: Telltale;
  let agentToken = '';

  const found = (where: string): string[] =>
    leaked(where, ['quiet-by-label', ...(agentToken === '' ? [] : [agentToken])]);
  const expectNoLeak = (what: string, where: string) =>
    expect({ what, found: found(where) }).toEqual({ what, found: [] });
  const filesUnder = (folder: string): string[] =>
    (readdirSync(folder, { recursive: true }) as string[])
      .map((path) => join(folder, path))
      .filter((path) => statSync(path).isFile());
  /** Every file of the newest evidence, and its summary; nothing that was planted is in any of them. */
  const evidenceIn = (folder: string): { folder: string; names: string[]; summary: Summary } => {
    const newest = join(folder, readdirSync(folder).sort().at(-1) ?? '');
    const names = readdirSync(newest).sort();
    for (const name of names) expectNoLeak(name, readFileSync(join(newest, name), 'utf8'));
    return { folder: newest, names, summary: JSON.parse(readFileSync(join(newest, 'summary.json'), 'utf8')) };
  };
  const live = () => world.json<StatusResult>([NAME, 'status', '--live']);
  const recorded = () => world.json<StatusResult>([NAME, 'status']);
  const recover = (...flags: string[]) => world.json<RecoverResult>([NAME, 'recover', ...flags]);
  const onboard = (): Promise<string[]> =>
    Promise.resolve([
      ...['onboard', '--name', NAME, '--agent', 'telltale', '--provider', 'openai-compatible'],
      ...['--endpoint', model.baseUrl, '--model', MODEL.id, '--gpu', 'off', '--no-smoke', '--yes'],
    ]);
  const expectReady = async (): Promise<StatusResult> => {
    const { result, error } = await live();
    expect(error).toBeUndefined();
    expect(result.live?.verdict).toBe('ready');
    return result;
  };
  const expectStatus = async (status: OwnershipStatus, code: string) => {
    const now = await live();
    expect(now.exitCode).toBe(1);
    expect(now.result.live?.verdict).toBe('not_ready');
    expect(now.result.condition?.status).toBe(status);
    const after = await recorded();
    expect({ exit: after.exitCode, code: after.error.code, status: after.result.condition?.status }).toEqual({
      exit: 1,
      code,
      status,
    });
    const { stdout } = await world.run([NAME, 'status']);
    expect(stdout).toMatch(new RegExp(`status +${status}, seen .* ago`));
    expect(stdout).toMatch(/phase +not ready \(was ready\)/);
    expect((await world.run(['list'])).stdout).toContain(status);
  };

  beforeAll(async () => {
    world = makeWorld(QUICK);
    driver = openEngine();
    telltale = makeTelltale(join(world.home, '..', 'telltale'));
    telltale.become('1.0.0');
    model = await startScriptedModel({ models: [MODEL], respond: () => text('hello'), host: '0.0.0.0' });
    expect((await world.json(['plugins', 'link', telltale.folder])).error).toBeUndefined();
  });
  afterAll(async () => {
    telltale.pass(true);
    await model.close();
    await world.dispose();
    expect(await remains(driver, NAME)).toEqual([]);
  });

  it('an onboard that fails leaves evidence, and no secret anywhere', async () => {
    telltale.pass(false);
    const { exitCode, stdout, stderr } = await world.run([...(await onboard()), '--json']);
    expect(exitCode).toBe(1);
    expectNoLeak('--json', `${stdout}${stderr}`);
    const { error } = JSON.parse(stdout);
    expect(error).toMatchObject({ code: 'HOOK_FINDING', plugin: 'acme-telltale@1.0.0' });
    const { folder, names, summary } = evidenceIn(join(world.home, 'evidence', NAME));
    expect(error.details.evidence).toBe(folder);
    for (const part of ['-inspect.json', '-state.json', '-top.json', '.log'])
      expect(names).toEqual(expect.arrayContaining([`agent${part}`, `relay${part}`]));
    expect(names).toEqual(
      expect.arrayContaining(['agent-supervisor.json', 'engine.json', 'networks.json', 'plugins.json']),
    );
    expect(summary).toMatchObject({ failure: 'proof_failed', rolledBack: 'yes', step: 'post-ready' });
    expect(summary.ids).toEqual({ old: '', new: expect.stringMatching(ID) });
    expect(summary.timings.evidenceMs).toBeLessThan(10_000);
    const inspect = JSON.parse(readFileSync(join(folder, 'agent-inspect.json'), 'utf8'));
    expect(inspect.Config.Env).toEqual(expect.arrayContaining(['ACME_TOKEN', 'PLANTED_0', 'PATH']));
    expect(inspect.Config.Labels).toMatchObject({
      'acme.planted-0': '(value removed)',
      [LABELS.sandbox]: NAME,
    });
    expect(readFileSync(join(folder, 'agent.log'), 'utf8')).toContain('it said [redacted]');
    expect(JSON.parse(readFileSync(join(folder, 'agent-top.json'), 'utf8')).processes.length).toBeGreaterThan(1);
    expect(await remains(driver, NAME)).toEqual([]);
  });

  it('a recover that fails does too, on a terminal as well', async () => {
    telltale.pass(true);
    const made = await world.run(await onboard());
    expect(made.exitCode).toBe(0);
    expectNoLeak('onboard', `${made.stdout}${made.stderr}`);
    agentToken = readFileSync(join(world.home, 'sandboxes', NAME, 'secrets', 'ingress.token'), 'utf8').trim();
    await driver.remove(agentIdOf(world, NAME), { force: true });
    telltale.pass(false);
    const { exitCode, stdout, stderr } = await world.run([NAME, 'recover', '--verbose']);
    expect(exitCode).toBe(1);
    expectNoLeak('terminal', `${stdout}${stderr}`);
    expect(stderr).toContain('it is told: ');
    expect(`${stdout}${stderr}`.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    const { folder, summary } = evidenceIn(join(world.home, 'sandboxes', NAME, 'evidence'));
    expect(stderr).toContain(`evidence: ${folder}`);
    expect(summary).toMatchObject({ failure: 'proof_failed', rolledBack: 'no', error: { code: 'HOOK_FINDING' } });
    for (const file of filesUnder(join(world.home, 'plugins')).filter((path) => path.includes('faults')))
      expectNoLeak(file, readFileSync(file, 'utf8'));
    expect(existsSync(join(world.home, 'plugins', 'faults.jsonl'))).toBe(true);
    for (const args of [
      ['plugins', 'doctor'],
      [NAME, 'logs'],
      [NAME, 'logs', '--json'],
      [NAME, 'status', '--live'],
    ]) {
      const said = await world.run(args);
      expectNoLeak(args.join(' '), `${said.stdout}${said.stderr}`);
    }
    expect((await world.run([NAME, 'logs'])).stdout).toContain('it said [redacted]');
    telltale.pass(true);
    expect((await recover()).error).toBeUndefined();
    expect((await expectReady()).events).toBeUndefined();
  }, 120_000);

  it('a running container with its labels is told of, and displaces nothing', async () => {
    const own = await driver.inspect(agentIdOf(world, NAME));
    if (!own) throw new Error('no container');
    const labels = Object.entries(own.labels).flatMap(([key, value]) =>
      key === LABELS.generation || key.startsWith('acme.planted') ? [] : ['--label', `${key}=${value}`],
    );
    const copied = [...labels, '--label', 'acme.note=a copy', '--label', `acme.told=${agentToken}`];
    const run = ['run', '-d', '--name', `${NAME}-copy`, '--network', 'none', ...copied, own.imageId, 'sleep', '600'];
    const copy = (
      await execa('docker', ['run', ...run.slice(1, 2), '--entrypoint', '/bin/sleep', ...run.slice(2, -2), '600'])
    ).stdout.trim();
    try {
      const result = await expectReady();
      expect(result.condition).toBeUndefined();
      expect(result.live?.agent.containerId).toBe(own.id);
      expect(result.events).toEqual([expect.objectContaining({ reason: 'Stranger', level: 'warning', ids: [copy] })]);
      expect((await world.json([NAME, 'gateway', 'restart'])).error).toBeUndefined();
      const told = await world.run([NAME, 'events', '--json']);
      expectNoLeak('events', told.stdout);
      const { events } = JSON.parse(told.stdout).result as { events: SandboxEvent[] };
      const [stranger, ...others] = events.filter(({ active }) => active);
      expect(others).toEqual([]);
      expect(stranger?.count).toBeGreaterThan(1);
      expect(stranger?.containers).toMatchObject([
        { id: copy, name: `${NAME}-copy`, labels: { 'acme.note': 'a copy' } },
      ]);
      expect((await world.run([NAME, 'status'])).stdout).toMatch(/event +warning Stranger: .*ev-told-copy/);
      expect((await world.run([NAME, 'events'])).stdout).toContain('acme.note=a copy');
      expect(agentIdOf(world, NAME)).toBe(own.id);
      expect((await driver.inspect(copy))?.phase).toBe('running');
    } finally {
      await driver.remove(copy, { force: true });
    }
    expect((await expectReady()).events).toBeUndefined();
    expect((await world.run([NAME, 'events'])).stdout).toMatch(/Stranger: .*times, over\)/);
  }, 120_000);

  it('is never ready while its container is missing, and goes on with an empty state only when told to', async () => {
    const state = ownershipOf(world, NAME).resources.volumes.find(({ purpose }) => purpose === 'state')?.name ?? '';
    await driver.remove(agentIdOf(world, NAME), { force: true });
    await expectStatus('InstanceMissing', 'INSTANCE_MISSING');
    await driver.removeVolume(state);
    const refused = await recover();
    expect(refused.error.code).toBe('STATE_MISSING');
    expect(refused.error.hint).toContain(`${NAME} recover --accept-empty-state`);
    expect((await recorded()).result.events?.map(({ reason }) => reason)).toContain('StateMissing');
    expect(await driver.inspectVolume(state)).toBeUndefined();

    const accepted = await recover('--accept-empty-state');
    expect(accepted.error).toBeUndefined();
    expect(accepted.result.actions).toContain(`${state} begins anew, empty`);
    expect((await expectReady()).events).toBeUndefined();
    // It is the sandbox's own from now on: nobody has to say so again.
    await driver.stop(agentIdOf(world, NAME), { timeoutSeconds: 5 });
    expect((await recover()).error).toBeUndefined();

    // What another sandbox left there is nobody's empty state.
    await driver.stop(agentIdOf(world, NAME), { timeoutSeconds: 5 });
    const nonce = ownershipOf(world, NAME).resources.volumes.find(({ purpose }) => purpose === 'state')?.nonce ?? '';
    await writeVolumeFile(driver, world, NAME, 'state', '.nemoclaw-nonce', 'of-another\n', { uid: 0, mode: 0o400 });
    expect((await recover('--accept-empty-state')).error.code).toBe('STATE_MISSING');
    await writeVolumeFile(driver, world, NAME, 'state', '.nemoclaw-nonce', `${nonce}\n`, { uid: 0, mode: 0o400 });
    expect((await recover()).error).toBeUndefined();
    await expectReady();
  }, 120_000);

  it('is upgraded by a container of the new image, or is as it was', async () => {
    const upgrade = () => world.json<UpgradeResult>([NAME, 'upgrade']);
    const sealed = () =>
      readVolumeJson<{ sealedHashes: object; runtime: { version: string } }>(
        driver,
        world,
        NAME,
        'sealed',
        'supervisor.json',
      );
    const same = await upgrade();
    expect(same.result).toMatchObject({ changed: false, relay: false });
    expect((await world.run([NAME, 'upgrade'])).stdout).toMatch(
      /is up to date \(telltale 1\.0\.0, .*\); nothing to do/,
    );

    const before = { id: agentIdOf(world, NAME), record: recordOf(world, NAME), sealed: await sealed() };
    await world.run([NAME, 'exec', '--', '/bin/sh', '-c', 'echo kept > /workspace/kept']);
    telltale.become('1.1.0', { refusesConfig: true });
    const failed = await upgrade();
    expect(failed.error.code).toBe('GATEWAY_START_FAILED');
    expect(failed.error.message).toContain(`Sandbox ${NAME} is as it was, and its agent is healthy.`);
    const { summary } = evidenceIn(join(world.home, 'sandboxes', NAME, 'evidence'));
    expect(summary).toMatchObject({ failure: 'phase_error', rolledBack: 'yes', ids: { old: before.id } });
    expect(summary.ids.new).toMatch(ID);
    expect(agentIdOf(world, NAME)).toBe(before.id);
    expect(recordOf(world, NAME)).toEqual(before.record);
    expect(await sealed()).toEqual(before.sealed);
    expect((await world.json([NAME, 'gateway', 'restart'])).error).toBeUndefined();

    telltale.become('1.2.0');
    const { error, result } = await upgrade();
    expect(error).toBeUndefined();
    expect(result).toMatchObject({ changed: true, before: { version: '1.0.0' }, after: { version: '1.2.0' } });
    const after = recordOf(world, NAME);
    expect(after.agent).toMatchObject({ version: '1.2.0', plugin: 'acme-telltale@1.2.0' });
    expect(after.image.id).not.toBe(before.record.image.id);
    expect((await driver.inspect(agentIdOf(world, NAME)))?.imageId).toBe(after.image.id);
    expect((await sealed()).runtime.version).toBe('1.2.0');
    expect((await world.run([NAME, 'exec', '--', 'cat', '/workspace/kept'])).stdout.trim()).toBe('kept');
    expect(readdirSync(join(world.home, 'sandboxes', NAME, 'secrets')).join()).not.toContain('sealed');
    expect(ownershipOf(world, NAME)).toMatchObject({ intent: null, retired: [] });
    await expectReady();
    expect((await upgrade()).result.changed).toBe(false);
  }, 120_000);

  it('shows its status without its agent’s plugin, and packs a bundle with an engine and without one', async () => {
    expect((await world.json(['plugins', 'uninstall', 'acme-telltale'])).error).toBeUndefined();
    const { result, error } = await live();
    expect(error.code).toBe('CHECKS_FAILED');
    expect(result.live?.agent.state).toBe('running');
    expect(result.live?.supervisor?.state).toBe('running');
    expect(result.live?.reasons.join()).toMatch(/its agent’s plugin is needed: .*telltale/);
    expect((await world.json(['plugins', 'link', telltale.folder])).error).toBeUndefined();

    for (const [file, env] of [
      ['with.tar.gz', world.env],
      ['without.tar.gz', { ...world.env, DOCKER_HOST: 'unix:///nonexistent/docker.sock' }],
    ] as const) {
      const output = join(world.home, '..', file);
      const packed = await world.json<DebugResult>([NAME, 'debug', '--output', output], { env });
      expect(packed.error).toBeUndefined();
      expect(statSync(output).mode & 0o777).toBe(0o600);
      const tar = gunzipSync(readFileSync(output)).toString('utf8');
      expectNoLeak(file, tar);
      for (const name of ['manifest.json', 'plugins.json', `${NAME}/state/plan.json`, `${NAME}/status.json`])
        expect(tar).toContain(`nemoclaw-debug/${name}`);
      expect(packed.result.missing.map((one) => one.file).includes('engine.json')).toBe(file === 'without.tar.gz');
      expect(tar.includes(`${NAME}/now/agent.log`)).toBe(file === 'with.tar.gz');
    }
  }, 120_000);
});
