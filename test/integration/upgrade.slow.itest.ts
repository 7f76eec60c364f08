import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { DebugResult, RecoverResult, StatusResult, UpgradeResult } from '@nemoclaw/core';
import type { Driver } from '@nemoclaw/plugin-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { World } from './world/cli.ts';
import { agentIdOf, openEngine, ownershipOf, recordOf, remains } from './world/engine.ts';
import { found, makeToldWorld, newestEvidence, type ToldWorld } from './world/told.ts';
import { readVolumeJson, writeVolumeFile } from './world/volume.ts';

const NAME = 'ev-upgraded';

describe('an upgrade, and what else a sandbox meets in its life', () => {
  let told: ToldWorld;
  let world: World;
  let driver: Driver;

  const live = () => world.json<StatusResult>([NAME, 'status', '--live']);
  const recover = (...flags: string[]) => world.json<RecoverResult>([NAME, 'recover', ...flags]);
  const upgrade = () => world.json<UpgradeResult>([NAME, 'upgrade']);
  const sealed = () =>
    readVolumeJson<{ runtime: { version: string } }>(driver, world, NAME, 'sealed', 'supervisor.json');
  const tiny = () => readVolumeJson<object>(driver, world, NAME, 'sealed', 'agent/tiny.json');

  beforeAll(async () => {
    driver = openEngine();
    told = await makeToldWorld();
    world = told.world;
    expect((await world.run(told.onboard(NAME))).exitCode).toBe(0);
  });
  afterAll(async () => {
    await told.dispose();
    expect(await remains(driver, NAME)).toEqual([]);
  });

  it('that has nothing to do says so', async () => {
    const before = agentIdOf(world, NAME);
    expect((await world.run([NAME, 'upgrade'])).stdout).toMatch(
      /is up to date \(telltale 1\.0\.0, .*\); nothing to do/,
    );
    expect((await upgrade()).result).toMatchObject({ changed: false, relay: false, after: { version: '1.0.0' } });
    expect(agentIdOf(world, NAME)).toBe(before);
  });

  it('to a version that does not start leaves all as it was, its sealed files too', async () => {
    const before = {
      id: agentIdOf(world, NAME),
      record: recordOf(world, NAME),
      sealed: await sealed(),
      tiny: await tiny(),
    };
    told.telltale.become('1.1.0', { refusesConfig: true });
    const failed = await upgrade();
    expect(failed.error.code).toBe('GATEWAY_START_FAILED');
    expect(failed.error.message).toContain(`Sandbox ${NAME} is as it was, and its agent is healthy.`);
    const { summary, told: leaks } = newestEvidence(join(world.home, 'sandboxes', NAME, 'evidence'));
    expect(leaks).toEqual([]);
    expect(summary).toMatchObject({ failure: 'phase_error', rolledBack: 'yes', ids: { old: before.id } });
    expect(summary.ids.new).toMatch(/^[0-9a-f]{64}$/);
    expect({
      id: agentIdOf(world, NAME),
      record: recordOf(world, NAME),
      sealed: await sealed(),
      tiny: await tiny(),
    }).toEqual(before);
    expect(readdirSync(join(world.home, 'sandboxes', NAME, 'secrets')).join()).not.toContain('sealed');
    expect((await world.json([NAME, 'gateway', 'restart'])).error).toBeUndefined();
    told.telltale.become('1.2.0');
    expect((await upgrade()).result).toMatchObject({ changed: true, after: { version: '1.2.0' } });
    expect((await sealed()).runtime.version).toBe('1.2.0');
    expect(readdirSync(join(world.home, 'sandboxes', NAME, 'secrets')).join()).not.toContain('sealed');
    expect((await live()).error).toBeUndefined();
  }, 120_000);

  it('never writes over the state of another sandbox, whatever is accepted', async () => {
    await driver.stop(agentIdOf(world, NAME), { timeoutSeconds: 5 });
    const nonce = ownershipOf(world, NAME).resources.volumes.find(({ purpose }) => purpose === 'state')?.nonce ?? '';
    const put = (text: string) =>
      writeVolumeFile(driver, world, NAME, 'state', '.nemoclaw-nonce', `${text}\n`, { uid: 0, mode: 0o400 });
    await put('of-another');
    const { error } = await recover('--accept-empty-state');
    expect(error).toMatchObject({ code: 'STATE_MISSING', message: expect.stringContaining('another sandbox') });
    await put(nonce);
    expect((await recover()).error).toBeUndefined();
    expect((await live()).error).toBeUndefined();
  }, 120_000);

  it('shows its status without its agent’s plugin, and says that it is missing', async () => {
    expect((await world.json(['plugins', 'uninstall', 'acme-telltale'])).error).toBeUndefined();
    const { result, error } = await live();
    expect(error.code).toBe('CHECKS_FAILED');
    expect(result.live).toMatchObject({ agent: { state: 'running' }, supervisor: { state: 'running' } });
    expect(result.live?.reasons.join()).toMatch(/its agent’s plugin is needed: .*telltale/);
    expect((await world.json(['plugins', 'link', told.telltale.folder])).error).toBeUndefined();
    expect((await live()).error).toBeUndefined();
  }, 60_000);

  it('is packed into a bundle without an engine as well', async () => {
    const output = join(world.home, '..', 'without.tar.gz');
    const env = { ...world.env, DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
    const { result } = await world.json<DebugResult>([NAME, 'debug', '--output', output], { env });
    const missing = result.missing.map(({ file }) => file);
    expect(missing).toEqual(expect.arrayContaining(['engine.json', `${NAME}/status-live.json`]));
    const tar = gunzipSync(readFileSync(output)).toString('utf8');
    expect(found(tar)).toEqual([]);
    for (const file of ['state/plan.json', 'status.json', 'doctor.json'])
      expect(tar).toContain(`nemoclaw-debug/${NAME}/${file}`);
  }, 60_000);
});
