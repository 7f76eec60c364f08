import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { DebugResult, Nemoclaw, StatusResult } from '@nemoclaw/core';
import { type Driver, LABELS } from '@nemoclaw/plugin-api';
import { hang, json, late } from '@nemoclaw/testkit/scripted-engine';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { World } from './world/cli.ts';
import { openCore, QUICK } from './world/core.ts';
import { agentIdOf, openEngine, ownershipOf, recordOf, remains } from './world/engine.ts';
import { found, makeToldWorld, newestEvidence, type ToldWorld } from './world/told.ts';
import { captureOn, type TroubledCapture } from './world/troubled-engine.ts';
import { readVolumeJson, writeVolumeFile } from './world/volume.ts';

const NAME = 'ev-told';
const ID = /^[0-9a-f]{64}$/;

/** On a machine that is busy beyond measure its supervisor has not answered within the two seconds either. */
const PROOF = expect.stringMatching(/^(proof_failed|supervisor_unreachable)$/);

const SLOW_CONTAINER = {
  Id: 'b'.repeat(64),
  Name: '/nemoclaw-demo',
  Image: 'sha256:1',
  Config: { Labels: {} },
  State: { Status: 'exited', ExitCode: 1, Error: '', OOMKilled: false },
  HostConfig: {},
  NetworkSettings: { Networks: {} },
};

describe('a sandbox whose plugin tells everything to everybody', () => {
  let told: ToldWorld;
  let world: World;
  let driver: Driver;
  let nemoclaw: Nemoclaw;
  let token = '';
  let hanging: Promise<TroubledCapture>;
  let slow: Promise<TroubledCapture>;

  const expectNoLeak = (what: string, where: string) =>
    expect({ what, found: found(where, token === '' ? [] : [token]) }).toEqual({ what, found: [] });
  const run = async (...args: string[]) => {
    const said = await world.run(args);
    expectNoLeak(args.join(' '), `${said.stdout}${said.stderr}`);
    return said;
  };
  const expectReady = async (): Promise<StatusResult> => {
    const status = await nemoclaw.status(NAME, { live: true });
    expect(status.live?.reasons).toEqual([]);
    expect(status.live?.verdict).toBe('ready');
    return status;
  };

  beforeAll(async () => {
    // Ten seconds are ten seconds: they pass while the rest goes on.
    hanging = captureOn((engine) => engine.on('GET', /./, hang).on('POST', /./, hang));
    slow = captureOn((engine) =>
      engine
        .on('GET', /./, late(1_200, json(404, { message: 'No such container' })))
        .on('GET', /\/containers\/b+\/json/, late(600, json(200, SLOW_CONTAINER)))
        .on('GET', /\/containers\/b+\/logs/, late(3_000, json(200, {}))),
    );
    driver = openEngine();
    told = await makeToldWorld();
    world = told.world;
    nemoclaw = await openCore(world.home, { env: QUICK });
  });
  afterAll(async () => {
    await nemoclaw.close();
    await told.dispose();
    expect(await remains(driver, NAME)).toEqual([]);
  });

  afterEach(() => told.telltale.pass(true));

  it('an onboard that fails leaves evidence, and no secret anywhere', async () => {
    told.telltale.pass(false);
    const { exitCode, stdout } = await run(...told.onboard(NAME), '--json');
    expect(exitCode).toBe(1);
    const { error } = JSON.parse(stdout);
    expect(error).toMatchObject({ code: 'HOOK_FINDING', plugin: 'acme-telltale@1.0.0' });
    const evidence = newestEvidence(join(world.home, 'evidence', NAME));
    const { folder, names, summary } = evidence;
    expect(evidence.told).toEqual([]);
    expect(error.details.evidence).toBe(folder);
    for (const part of ['-inspect.json', '-state.json', '-top.json', '.log'])
      expect(names).toEqual(expect.arrayContaining([`agent${part}`, `relay${part}`]));
    expect(names).toEqual(
      expect.arrayContaining(['agent-supervisor.json', 'engine.json', 'networks.json', 'plugins.json']),
    );
    expect(summary).toMatchObject({ failure: PROOF, rolledBack: 'yes', step: 'post-ready' });
    expect(summary.ids).toEqual({ old: '', new: expect.stringMatching(ID) });
    expect(summary.timings.evidenceMs).toBeLessThan(10_000);
    const kept = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
    expect(kept('agent-inspect.json').Config.Env).toEqual(expect.arrayContaining(['ACME_TOKEN', 'PLANTED_0', 'PATH']));
    expect(kept('agent-inspect.json').Config.Labels).toMatchObject({
      'acme.planted-0': '(value removed)',
      [LABELS.sandbox]: NAME,
    });
    expect(kept('agent-top.json').processes.length).toBeGreaterThan(1);
    expect(readFileSync(join(folder, 'agent.log'), 'utf8')).toContain('it said [redacted]');
    expect(await remains(driver, NAME)).toEqual([]);
  });

  it('an engine that never answers costs ten seconds, and two a call', async () => {
    const { elapsedMs, files, failure } = await hanging;
    expect(elapsedMs).toBeLessThan(11_500);
    const silent = files.filter(({ missing }) => missing !== undefined);
    const there = files.filter((file) => !silent.includes(file)).map(({ file }) => file);
    expect(there[0]).toBe('plugins.json');
    for (const file of there) expect(file).toMatch(/^(plugins|networks|replacement-supervisor)\.json$/);
    expect(silent.length).toBeGreaterThan(7);
    for (const file of silent) expect(file.elapsedMs).toBeLessThan(2_700);
    expect(silent[0]?.missing).toBe('no answer within 2 s');
    expect(silent.at(-1)?.missing).toBe('the 10 s for evidence were over');
    expect(failure).toBe('unknown');
  }, 20_000);

  it('a slow one is asked as long as it may take, what failed first', async () => {
    const { elapsedMs, files, failure } = await slow;
    expect(elapsedMs).toBeLessThan(11_500);
    const of = (name: string) => files.find(({ file }) => file.startsWith(name));
    expect(of('replacement-state')?.missing).toBeUndefined();
    expect(of('replacement-inspect')?.missing).toBeUndefined();
    expect(of('replacement.log')?.missing).toBe('no answer within 2 s');
    expect(files.at(-1)?.file).toMatch(/^networks/);
    expect(failure).toBe('container_failed');
  }, 20_000);

  it('a recover that fails does too, and no secret comes to a terminal', async () => {
    expect((await run(...told.onboard(NAME))).exitCode).toBe(0);
    token = readFileSync(join(world.home, 'sandboxes', NAME, 'secrets', 'ingress.token'), 'utf8').trim();
    await driver.remove(agentIdOf(world, NAME), { force: true });
    told.telltale.pass(false);
    const { exitCode, stdout, stderr } = await run(NAME, 'recover', '--verbose');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('it is told: ');
    expect(`${stdout}${stderr}`.replaceAll(/[\n\t]/g, '')).not.toMatch(/\p{Cc}/u);
    const evidence = newestEvidence(join(world.home, 'sandboxes', NAME, 'evidence'));
    expect(evidence.told).toEqual([]);
    expect(stderr).toContain(`evidence: ${evidence.folder}`);
    expect(evidence.summary).toMatchObject({
      failure: PROOF,
      rolledBack: 'no',
      error: { code: 'HOOK_FINDING' },
    });
    const faults = readFileSync(join(world.home, 'plugins', 'faults.jsonl'), 'utf8');
    expect(faults).toContain('acme-telltale@1.0.0');
    expectNoLeak('faults', faults);
    expect((await run(NAME, 'logs')).stdout).toContain('it said [redacted]');
    told.telltale.pass(true);
    await nemoclaw.recover(NAME);
    expect((await expectReady()).events).toBeUndefined();
  }, 120_000);

  it('packs a bundle of it, for its owner alone and without a secret', async () => {
    const output = join(world.home, '..', 'bundle.tar.gz');
    const { stdout } = await run(NAME, 'debug', '--output', output, '--json');
    const { missing } = JSON.parse(stdout).result as DebugResult;
    expect(missing).toEqual([]);
    expect(statSync(output).mode & 0o777).toBe(0o600);
    const tar = gunzipSync(readFileSync(output)).toString('utf8');
    expectNoLeak('bundle', tar);
    for (const file of ['manifest.json', 'engine.json', 'plugins.json', 'versions.json'])
      expect(tar).toContain(`nemoclaw-debug/${file}`);
    for (const file of ['state/plan.json', 'status-live.json', 'doctor.json', 'now/agent.log', 'now/agent-top.json'])
      expect(tar).toContain(`nemoclaw-debug/${NAME}/${file}`);
    expect(tar).toMatch(new RegExp(`nemoclaw-debug/${NAME}/evidence/[^/]+-recover/summary.json`));
  }, 60_000);

  it('a running container with its labels is told of, and displaces nothing', async () => {
    const own = await driver.inspect(agentIdOf(world, NAME));
    if (!own) throw new Error('no container');
    const labels = { ...own.labels, 'acme.note': 'a copy', 'acme.told': token };
    const copied = Object.entries(labels).flatMap(([key, value]) =>
      key.startsWith('acme.planted') ? [] : ['--label', `${key}=${value}`],
    );
    const options = ['--name', `${NAME}-copy`, '--network', 'none', '--entrypoint', '/bin/sleep', ...copied];
    const copy = (await execa('docker', ['run', '-d', ...options, own.imageId, '600'])).stdout.trim();
    try {
      const result = await expectReady();
      expect(result.condition).toBeUndefined();
      expect(result.live?.agent.containerId).toBe(own.id);
      expect(result.events).toEqual([expect.objectContaining({ reason: 'Stranger', level: 'warning', ids: [copy] })]);
      await nemoclaw.gatewayRestart(NAME, {});
      const { events } = await nemoclaw.events(NAME);
      const [stranger, ...others] = events.filter(({ active }) => active);
      expect(others).toEqual([]);
      expect(stranger?.count).toBeGreaterThan(1);
      expect(stranger?.containers).toMatchObject([
        { id: copy, name: `${NAME}-copy`, labels: { 'acme.note': 'a copy' } },
      ]);
      expect((await run(NAME, 'status')).stdout).toMatch(/event +warning Stranger: .*ev-told-copy/);
      expect((await run(NAME, 'events')).stdout).toContain('acme.note=a copy');
      expect(agentIdOf(world, NAME)).toBe(own.id);
      expect((await driver.inspect(copy))?.phase).toBe('running');
    } finally {
      await driver.remove(copy, { force: true });
    }
    expect((await expectReady()).events).toBeUndefined();
    expect((await nemoclaw.events(NAME)).events).toMatchObject([{ reason: 'Stranger', active: false }]);
  }, 120_000);

  it('is never ready while its container is missing, and goes on with an empty state only when told to', async () => {
    const state = ownershipOf(world, NAME).resources.volumes.find(({ purpose }) => purpose === 'state')?.name ?? '';
    await driver.remove(agentIdOf(world, NAME), { force: true });
    await driver.removeVolume(state);
    const missing = { condition: { status: 'InstanceMissing' } };
    const now = await nemoclaw.status(NAME, { live: true });
    expect(now).toMatchObject({ ...missing, live: { verdict: 'not_ready', agent: { state: 'missing' } } });
    expect(await nemoclaw.status(NAME)).toMatchObject(missing);
    expect((await nemoclaw.list()).conditions).toEqual({ [NAME]: 'InstanceMissing' });
    const { exitCode, stdout, stderr } = await run(NAME, 'status');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('INSTANCE_MISSING');
    expect(stdout).toMatch(/status +InstanceMissing, seen (?:just now|.* ago): .*\nphase +not ready \(was ready\)/);
    expect((await run('list')).stdout).toMatch(new RegExp(`${NAME} +InstanceMissing`));

    await expect(nemoclaw.recover(NAME)).rejects.toMatchObject({
      code: 'STATE_MISSING',
      hint: expect.stringContaining(`${NAME} recover --accept-empty-state`),
    });
    expect(await driver.inspectVolume(state)).toBeUndefined();
    expect((await nemoclaw.status(NAME)).events?.map(({ reason }) => reason)).toContain('StateMissing');
    const { actions } = await nemoclaw.recover(NAME, { acceptEmptyState: true });
    expect(actions).toContain(`began ${state} anew, empty`);
    expect((await expectReady()).events).toBeUndefined();
    // It is the sandbox's own from now on: nobody has to say so again.
    await driver.stop(agentIdOf(world, NAME), { timeoutSeconds: 5 });
    expect((await nemoclaw.recover(NAME)).actions.join()).toMatch(/^started the agent’s container/);
  }, 120_000);

  it('is upgraded by a container of the new image, with what it knows', async () => {
    expect(await nemoclaw.upgrade(NAME)).toMatchObject({ changed: false, relay: false });
    const before = recordOf(world, NAME);
    await writeVolumeFile(driver, world, NAME, 'workspace', 'kept.json', '"kept"', { uid: 0, mode: 0o644 });
    told.telltale.become('1.2.0');
    const { exitCode, stdout } = await run(NAME, 'upgrade');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/ev-told runs telltale 1\.2\.0, image .* now; before: 1\.0\.0/);
    const after = recordOf(world, NAME);
    expect(after.agent).toMatchObject({ version: '1.2.0', plugin: 'acme-telltale@1.2.0' });
    expect(after.image.id).not.toBe(before.image.id);
    expect((await driver.inspect(agentIdOf(world, NAME)))?.imageId).toBe(after.image.id);
    expect(ownershipOf(world, NAME)).toMatchObject({ intent: null, retired: [] });
    expect(await readVolumeJson(driver, world, NAME, 'workspace', 'kept.json')).toBe('kept');
    await expectReady();
  }, 120_000);
});
