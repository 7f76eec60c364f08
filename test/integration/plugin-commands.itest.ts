import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PluginReport } from '@nemoclaw/core';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HERMES_BIN, makeWorld, type World } from './world/cli.ts';
import { commandPackage } from './world/plugin.ts';
import { writePackage } from './world/registry.ts';

const COMMANDS = {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code of the plugin
  'my-command': 'console.log(`${config.bin} ${JSON.stringify(argv)}`);',
  'acme:fail': 'throw new Error("no licence found");',
  'acme:leave': 'process.exit(3);',
  'acme:drop':
    'setTimeout(() => { throw new Error("let go of"); }, 1); await new Promise((end) => setTimeout(end, 5000));',
  'acme:refuse': 'throw Object.assign(new Error("not for you"), { oclif: { exit: 4 } });',
  'acme:hook': 'console.log(config.plugins.size, JSON.stringify(config.pjson.oclif.hooks));',
};

describe('a command that a plugin ships', () => {
  let world: World;
  let folder: string;

  const install = async (name: string, commands: Record<string, string>, over: object = {}) => {
    const { document, files } = commandPackage(name, commands);
    const source = writePackage(join(folder, name), { ...document, ...over }, files);
    await execa('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: source });
    return world.json(['plugins', 'install', join(folder, `${name}-1.0.0.tgz`), '--yes']);
  };
  const theirs = async (verb: string): Promise<PluginReport | undefined> => {
    const { result } = await world.json<{ plugins: PluginReport[] }>(['plugins', verb]);
    return result.plugins.find(({ name }) => name === 'acme-cmd');
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nemoclaw commands '));
    world = makeWorld({ NEMOCLAW_PLUGIN_ALLOW: 'acme-cmd,acme-two' });
    expect((await install('acme-cmd', COMMANDS)).error).toBeUndefined();
  });
  afterAll(async () => {
    await world.dispose();
    rmSync(folder, { recursive: true });
  });

  it('is shown before it is trusted, and by inspect after', async () => {
    const { stderr } = await world.run(['plugins', 'link', join(folder, 'acme-cmd')]);
    expect(stderr).toMatch(/commands +my-command, acme fail, acme leave/);
    const installed = await world.run(['plugins', 'install', join(folder, 'acme-cmd-1.0.0.tgz'), '--yes']);
    expect(installed.stdout).toContain('It brings: nemoclaw my-command, nemoclaw acme fail');
    expect((await theirs('list'))?.commands).toEqual(Object.keys(COMMANDS).map((id) => id.replaceAll(':', ' ')));
  });

  it('runs with its arguments as they are, under either name of the program', async () => {
    const args = ['my-command', 'one', '--two', '--', '--help'];
    const ran = await world.run(args);
    expect(ran).toMatchObject({ exitCode: 0, stdout: `nemoclaw ${JSON.stringify(args.slice(1))}` });
    expect((await world.run(['my-command', 'a:b'])).stdout).toBe('nemoclaw ["a:b"]');
    expect((await world.run(['acme:hook', 'a:b'])).stdout).toBe('1 {}');
    const { stdout } = await execa(HERMES_BIN, ['my-command', 'x'], { env: world.env, cwd: folder });
    expect(stdout).toBe('nemohermes ["x"]');
  });

  it('has help by itself and by its topic', async () => {
    for (const args of [
      ['acme', 'fail', '--help'],
      ['help', 'acme', 'fail'],
    ])
      expect((await world.run(args)).stdout).toMatch(/Does acme:fail\.[\s\S]*\$ nemoclaw acme fail/);
    expect((await world.run(['acme'])).stdout).toMatch(/acme drop[\s\S]*acme fail/);
    const unknown = await world.json(['acme', 'nothing']);
    expect(unknown.error).toMatchObject({
      code: 'UNKNOWN_COMMAND',
      hint: expect.stringContaining('nemoclaw acme --help'),
    });
  });

  it('has nothing of its package around it but itself', async () => {
    expect((await world.run(['acme', 'hook'])).stdout).toBe('1 {}');
  });

  it.each([
    ['acme fail', 1, /in its command `acme fail` after [\s\S]*no licence found[\s\S]*fail\.js:1/],
    ['acme drop', 1, /in its command `acme drop` after [\s\S]*let go of/],
    ['acme refuse', 4, /`acme refuse` of plugin acme-cmd@1\.0\.0 says: not for you/],
    ['acme leave', 3, /it ended the program with exit code 3/],
  ])('%s fails under its plugin’s name, with %i', async (line, status, words) => {
    const { exitCode, stderr } = await world.run(line.split(' '));
    expect(exitCode).toBe(status);
    expect(stderr).toContain('error PLUGIN_COMMAND_FAILED (acme-cmd@1.0.0): ');
    expect(stderr).toMatch(words);
  });

  it('is remembered by doctor when it failed, with plugin, cause and fix', async () => {
    expect((await world.json(['acme', 'fail'])).error).toMatchObject({
      code: 'PLUGIN_COMMAND_FAILED',
      plugin: 'acme-cmd@1.0.0',
    });
    const [fault] = (await theirs('doctor'))?.faults ?? [];
    expect(fault).toMatchObject({ code: 'PLUGIN_COMMAND_FAILED', at: expect.any(String) });
    expect(fault?.message).toMatch(/acme-cmd@1\.0\.0.*no licence found.*Likely cause/);
    expect(fault?.fix.length).toBeGreaterThan(20);
  });

  it('leaves a sandbox its name, and takes the name from the next one', async () => {
    mkdirSync(join(world.home, 'sandboxes/my-command'), { recursive: true });
    expect((await world.run(['my-command', 'one'])).stdout).not.toContain('nemoclaw [');
    rmSync(join(world.home, 'sandboxes'), { recursive: true });
    const refused = await world.json(['onboard', '--name', 'my-command', '--provider', 'ollama', '--yes']);
    expect(refused.error.code).toBe('NAME_IS_COMMAND');
  });

  it.each<[string, Record<string, string>, object, RegExp]>([
    ['one that another plugin has', { 'my-command': '' }, {}, /so has acme-cmd@1\.0\.0/],
    ['one below a word of this program', { 'gpu:mine': '' }, {}, /begins like one that is there/],
    [
      'one from outside of its package',
      { mine: '' },
      { oclif: { commands: './../acme-cmd/commands' } },
      /not looked for/,
    ],
    ['one that it does not have', { mine: '' }, { oclif: { commands: './lib' } }, /has no folder \.\/lib/],
  ])('%s is refused', async (_what, commands, over, words) => {
    const { error } = await install('acme-two', commands, over);
    expect(error).toMatchObject({ code: 'PLUGIN_COMMAND_REFUSED', plugin: 'acme-two@1.0.0' });
    expect(error.message).toMatch(words);
    expect(error.hint?.length).toBeGreaterThan(20);
  });

  it('is not run in safe mode, nor when its files were changed, nor when it is gone', async () => {
    const off = await world.json(['my-command'], { env: { ...world.env, NEMOCLAW_SAFE_MODE: '1' } });
    expect(off.error).toMatchObject({ code: 'PLUGIN_DISABLED', plugin: 'acme-cmd@1.0.0' });
    const index = JSON.parse(readFileSync(join(world.home, 'plugins/index.json'), 'utf8'));
    const root = join(world.home, 'plugins', index.plugins[0].current.folder, 'node_modules/acme-cmd');
    appendFileSync(join(root, 'commands/my-command.js'), '\n');
    expect((await world.json(['my-command'])).error).toMatchObject({ code: 'PLUGIN_TAMPERED' });
    await world.run(['plugins', 'uninstall', 'acme-cmd']);
    expect((await world.json(['acme', 'fail'])).error.code).toBe('UNKNOWN_COMMAND');
    expect((await world.json(['my-command'])).error.code).toBe('UNKNOWN_COMMAND');
  });
});
