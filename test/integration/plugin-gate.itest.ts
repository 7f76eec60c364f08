import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PluginReport } from '@nemoclaw/core';
import { startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BIN, makeWorld, type World } from './world/cli.ts';
import { gpuPackage, type ProbePackage, probePackage } from './world/plugin.ts';
import { type Registry, startRegistry, writePackage } from './world/registry.ts';

const ALLOW = 'acme-probe,acme-gpu,acme-spoilt,acme-git';

describe('what stands between a registry and a command', () => {
  let world: World;
  let registry: Registry;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nemoclaw gate '));
    registry = await startRegistry();
    world = makeWorld({ ...registry.env, NEMOCLAW_PLUGIN_ALLOW: ALLOW });
  });
  afterAll(async () => {
    await world.dispose();
    await registry.close();
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, over: ProbePackage = {}): string => {
    const { document, files } = probePackage(name, over);
    return writePackage(join(folder, `${name}-${document.version}`), document, files);
  };
  const install = (spec: string, env: Record<string, string> = {}) =>
    world.json<{ version: string; outcome: string }>(['plugins', 'install', spec, '--yes'], {
      env: { ...world.env, ...env },
    });
  const others = async (): Promise<PluginReport[]> => {
    const { result } = await world.json<{ plugins: PluginReport[] }>(['plugins', 'doctor']);
    return result.plugins.filter(({ source }) => source !== 'built-in');
  };
  /** Folder of the version of a plugin that is in force. */
  const inForce = (name: string): string => {
    const index = JSON.parse(readFileSync(join(world.home, 'plugins/index.json'), 'utf8')) as {
      plugins: { name: string; current: { folder: string } }[];
    };
    const entry = index.plugins.find((one) => one.name === name);
    return join(world.home, 'plugins', entry?.current.folder ?? '', 'node_modules', name);
  };

  describe('on a terminal', () => {
    /** Types an answer when the question is there; util-linux’ `script` is the terminal. */
    const onTerminal = async (answer: string): Promise<{ said: string; exitCode: number | undefined }> => {
      const command = `'${BIN}' plugins install acme-asked`;
      const child = execa('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
        env: { ...world.env, TERM: 'dumb' },
        cwd: folder,
        reject: false,
        timeout: 60_000,
        all: true,
      });
      let said = '';
      child.all?.on('data', (chunk: Buffer) => {
        const before = said;
        said += String(chunk);
        if (!before.includes('with your rights') && said.includes('with your rights')) child.stdin?.write(answer);
      });
      return { exitCode: (await child).exitCode, said };
    };

    beforeAll(() => registry.publish(write('acme-asked')));

    it('shows everything, asks, and takes no for an answer', async () => {
      const { said, exitCode } = await onTerminal('n\r');
      expect(said).toMatch(/plugin +acme-asked@1\.0\.0[\s\S]*integrity +sha512-[\s\S]*hooks +pre-create/);
      expect(said).toContain('Install acme-asked@1.0.0? Its code runs with your rights.');
      expect(said).toContain('error PLUGIN_DECLINED (acme-asked@1.0.0)');
      expect(exitCode).toBe(1);
      expect(await others()).toEqual([]);
    });

    it('installs what is on no allow-list when the person says yes', async () => {
      const { said, exitCode } = await onTerminal('y\r');
      expect(said).toContain('Installed acme-asked@1.0.0.');
      expect(exitCode).toBe(0);
      expect(await others()).toMatchObject([{ name: 'acme-asked', diagnosis: 'ok' }]);
      await world.run(['plugins', 'uninstall', 'acme-asked']);
    });
  });

  it('takes a git address where that is allowed, and runs no script of it', async () => {
    const witness = join(folder, 'git-ran');
    const source = write('acme-git', { scripts: { prepare: `touch '${witness}'` } });
    const git = (...args: string[]) =>
      execa('git', ['-c', 'user.name=A', '-c', 'user.email=a@b', ...args], { cwd: source });
    await git('init', '--quiet');
    await git('add', '--all');
    await git('commit', '--quiet', '--message', 'a plugin');
    const address = `git+${pathToFileURL(source).href}`;
    expect((await install(address)).error.code).toBe('PLUGIN_SOURCE_REFUSED');
    const answer = await install(address, { NEMOCLAW_PLUGIN_GIT: 'true' });
    expect(answer.error).toBeUndefined();
    expect(answer.result).toMatchObject({ outcome: 'installed', version: '1.0.0' });
    expect(await others()).toMatchObject([{ name: 'acme-git', source: 'installed', diagnosis: 'ok' }]);
    expect(existsSync(witness)).toBe(false);
    await world.run(['plugins', 'uninstall', 'acme-git']);
  });

  it('refuses other bytes than the registry promised', async () => {
    await registry.publish(write('acme-spoilt'));
    await registry.spoil('acme-spoilt', '1.0.0');
    // npm takes it for trouble with the network and tries again, for minutes.
    const answer = await install('acme-spoilt', { npm_config_fetch_retries: '0' });
    expect(answer.error).toMatchObject({ code: 'PLUGIN_INTEGRITY_MISMATCH' });
    expect(answer.error.hint).toContain('Nothing was installed');
    expect(await others()).toEqual([]);
  });

  it('does not import a GPU strategy that was changed, although onboard asks for it', async () => {
    const { document, files } = gpuPackage('acme-gpu');
    await registry.publish(writePackage(join(folder, 'acme-gpu'), document, files));
    await install('acme-gpu');
    await using model = await startScriptedModel({
      models: [{ id: 'scripted-1', context: 131_072 }],
      respond: () => text('hello'),
    });
    const dryRun = () =>
      world.json<{ plan: { gpu: { chosen: string } } }>([
        ...['onboard', '--name', 'gated', '--provider', 'openai-compatible', '--endpoint', model.baseUrl],
        ...['--model', 'scripted-1', '--gpu', 'acme-gpu', '--dry-run', '--yes'],
      ]);
    const before = await dryRun();
    expect(before.error).toBeUndefined();
    expect(before.result.plan.gpu.chosen).toBe('acme-gpu');
    const witness = join(folder, 'strategy-ran');
    const module = join(inForce('acme-gpu'), 'gpu.js');
    const changed = `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(witness)}, '');`;
    writeFileSync(module, `${changed}\n${readFileSync(module, 'utf8')}`);
    const { error } = await dryRun();
    expect(error).toMatchObject({ code: 'PLUGIN_TAMPERED', plugin: 'acme-gpu@1.0.0' });
    expect(error.hint).toContain('plugins install acme-gpu@1.0.0');
    expect(existsSync(witness)).toBe(false);
    await world.run(['plugins', 'uninstall', 'acme-gpu']);
  });

  describe('killed in the middle of an upgrade', () => {
    const index = (): string => readFileSync(join(world.home, 'plugins/index.json'), 'utf8');
    const there = (path: string): string[] => {
      const at = join(world.home, 'plugins', path);
      return existsSync(at) ? (readdirSync(at, { recursive: true }) as string[]) : [];
    };

    beforeAll(async () => {
      await registry.publish(write('acme-probe'));
      await registry.publish(write('acme-probe', { version: '1.1.0' }));
      expect((await install('acme-probe@1.0.0')).status).toBe('ok');
    });

    it.each<[string, () => boolean]>([
      ['before npm began', () => there('staging').length > 0],
      ['while npm worked', () => there('staging').some((path) => path.endsWith('acme-probe/package.json'))],
      ['when the new files were in place', () => there('packages').some((path) => /\/1\.1\.0-\w+$/.test(path))],
    ])('%s, leaves one whole version in force, and nothing half-made after the next change', async (_when, reached) => {
      const before = index();
      const child = execa(BIN, ['plugins', 'install', 'acme-probe@1.1.0', '--yes'], { env: world.env, reject: false });
      await expect.poll(reached, { interval: 1, timeout: 20_000 }).toBe(true);
      child.kill('SIGKILL');
      await child;
      const [report] = await others();
      expect(report).toMatchObject({ name: 'acme-probe', diagnosis: 'ok', faults: [] });
      if (index() === before) expect(report?.version).toBe('1.0.0');
      else expect(report?.version).toBe('1.1.0');
      expect((await install('acme-probe@1.1.0')).status).toBe('ok');
      expect((await world.json(['plugins', 'rollback', 'acme-probe'])).result).toMatchObject({ version: '1.0.0' });
      expect(there('staging')).toEqual([]);
      expect(there('packages').filter((path) => /^acme-probe\/[^/]+$/.test(path))).toHaveLength(2);
    });

    it('and uninstalled, there is nothing of it left', async () => {
      await world.run(['plugins', 'uninstall', 'acme-probe']);
      expect(there('packages')).toEqual([]);
      expect(index()).not.toContain('acme-probe');
    });
  });
});
