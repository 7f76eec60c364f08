import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, ROOT, type World } from './world/cli.ts';
import { type Registry, startRegistry } from './world/registry.ts';

const RELEASED = ['plugin-api', 'supervisor', 'relay', 'core', 'testkit'].map((name) => `packages/${name}`);

describe('a stranger writes a plugin, reading only docs/write-a-plugin.md', () => {
  let world: World;
  let registry: Registry;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'a stranger '));
    registry = await startRegistry();
    for (const released of RELEASED) await registry.publishWorkspace(released);
    world = makeWorld({ ...registry.env, NEMOCLAW_PLUGIN_ALLOW: '@acme/*,my-gpu' });
  });
  afterAll(async () => {
    await world.dispose();
    await registry.close();
    rmSync(folder, { recursive: true });
  });

  const npm = (args: string[], cwd: string) =>
    execa('npm', args, { cwd, env: { ...registry.env, NO_COLOR: '1', FORCE_COLOR: '0' }, all: true, reject: false });

  it.each(['gpu', 'probe', 'agent', 'driver'])(
    '%s: green at once',
    async (kind) => {
      const made = await world.json<{ folder: string; files: string[] }>(['plugins', 'create', kind, `my-${kind}`], {
        cwd: folder,
      });
      expect(made.result).toMatchObject({ folder: join(folder, `my-${kind}`) });
      // One tree of dependencies serves all four, as a stranger's second plugin would find it in npm's cache.
      const installed = await npm(['install', '--prefer-offline', '--no-audit', '--no-fund'], made.result.folder);
      expect(installed.exitCode, installed.all).toBe(0);
      const tested = await npm(['test'], made.result.folder);
      expect(tested.exitCode, tested.all).toBe(0);
      expect(tested.all).toMatch(/Tests +\d+ passed/);
    },
    180_000,
  );

  it.each(['gpu-amd', 'probe-service', 'hook-cost-label'])(
    'the example %s is green in a folder of its own',
    async (name) => {
      const copy = join(folder, name);
      cpSync(join(ROOT, 'docs/examples', name), copy, { recursive: true });
      const installed = await npm(['install', '--prefer-offline', '--no-audit', '--no-fund'], copy);
      expect(installed.exitCode, installed.all).toBe(0);
      const tested = await npm(['test'], copy);
      expect(tested.exitCode, tested.all).toBe(0);
      expect(tested.all).toMatch(/(?:Tests +|pass )\d+/);
      expect((await world.json(['plugins', 'link', copy])).status).toBe('ok');
      expect((await world.run(['plugins', 'doctor'])).exitCode).toBe(0);
      await world.run(['plugins', 'uninstall', `nemoclaw-${name}`]);
    },
  );

  it('the strategy has at most 60 lines, and is used in at most five commands', async () => {
    const source = readFileSync(join(folder, 'my-gpu/src/index.js'), 'utf8');
    expect(source.trim().split('\n').length).toBeLessThanOrEqual(60);
    const linked = await world.json(['plugins', 'link', join(folder, 'my-gpu')]);
    expect(linked.status).toBe('ok');
    const { result } = await world.json<{ bids: { strategy: string; applicable: boolean; reason: string }[] }>([
      'gpu',
      'list',
    ]);
    expect(result.bids).toContainEqual(
      expect.objectContaining({
        strategy: 'my-gpu',
        applicable: false,
        reason: expect.stringContaining('vendor.com/gpu'),
      }),
    );
    await world.run(['plugins', 'uninstall', 'my-gpu']);
  });

  it('published, it is installed with what it depends on', async () => {
    await registry.publish(join(folder, 'my-gpu'));
    const answer = await world.json<{ outcome: string }>(['plugins', 'install', 'my-gpu', '--yes']);
    expect(answer.result).toMatchObject({ outcome: 'installed' });
    expect((await world.run(['plugins', 'doctor'])).stdout).toContain('are well');
    const { result } = await world.json<{ bids: { strategy: string }[] }>(['gpu', 'list']);
    expect(result.bids.map(({ strategy }) => strategy)).toContain('my-gpu');
  });

  it('does not write over what is there', async () => {
    expect((await world.json(['plugins', 'create', 'gpu', 'my-gpu'], { cwd: folder })).error.code).toBe(
      'PLUGIN_TARGET_EXISTS',
    );
    expect((await world.json(['plugins', 'create', 'gpu', 'My Gpu'], { cwd: folder })).error.code).toBe(
      'PLUGIN_SPEC_INVALID',
    );
    expect((await world.json(['plugins', 'create', 'robot', 'my-robot'], { cwd: folder })).error.code).toBe('USAGE');
  });
});
