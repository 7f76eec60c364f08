import { PassThrough } from 'node:stream';
import { type Driver, IDS, PATHS } from '@nemoclaw/plugin-api';
import { launchCommand } from '@nemoclaw/supervisor/protocol';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { APPETITE, BURST, DIAL_UNIX, HAMMER, SQUATTER } from './supervisor/probes.ts';
import { type FakeSandbox, SEALED_FILE, startFakeSandbox } from './supervisor/sandbox.ts';
import { openEngine } from './world/engine.ts';

const NO_CAPABILITY = '0000000000000000';
const restart = { soft: false, timeoutMs: 20_000, settleMs: 300 };

describe('the supervisor in its container', () => {
  let driver: Driver;
  let box: FakeSandbox;

  beforeAll(async () => {
    driver = openEngine();
    box = await startFakeSandbox(driver);
  });
  afterAll(() => box?.dispose());
  beforeEach(() => box.until('running'));

  const capabilities = (status: string) =>
    Object.fromEntries(
      [...status.matchAll(/^(Cap(?:Inh|Prm|Eff|Amb)|NoNewPrivs|Uid|Gid|Groups|Umask):\s+(.*?)\s*$/gm)].map((m) => [
        m[1],
        m[2],
      ]),
    );
  const nothing = {
    CapInh: NO_CAPABILITY,
    CapPrm: NO_CAPABILITY,
    CapEff: NO_CAPABILITY,
    CapAmb: NO_CAPABILITY,
    NoNewPrivs: '1',
  };

  it.each([
    ['gateway', IDS.gateway],
    ['tools', IDS.tools],
  ] as const)('gives a %s process no capability, its own ids and the agreed groups', async (as, id) => {
    const { stdout, identity } = await box.run(as, ['/bin/cat', '/proc/self/status']);
    expect(capabilities(stdout)).toMatchObject({
      ...nothing,
      Uid: Array(4).fill(id).join('\t'),
      Gid: Array(4).fill(id).join('\t'),
      Umask: '0002',
    });
    expect(identity).toMatchObject({ uid: id, gid: id, groups: [44, IDS.workspace] });
  });

  it('gives the gateway itself the same, and says in which namespaces both are', async () => {
    const { gateway } = await box.status();
    const reply = await box.run('tools', ['/bin/cat', `/proc/${gateway!.pid}/status`]);
    expect(capabilities(reply.stdout)).toMatchObject({ ...nothing, Groups: `44 ${IDS.workspace}` });
    expect(reply.gateway).toEqual({ pid: gateway!.pid, netns: gateway!.netns });
    expect(reply.identity.netns).toBe(gateway!.netns);
    expect(reply.identity.netns).toMatch(/^\d+$/);
  });

  it('keeps what is root’s from both', async () => {
    for (const as of ['gateway', 'tools'] as const) {
      expect((await box.node(as, DIAL_UNIX, PATHS.control)).stdout).toBe('EACCES\n');
      for (const file of [PATHS.supervisorConfig, '/home/gateway/.nemoclaw-lock']) {
        expect((await box.run(as, ['/bin/cat', file])).stderr, `${as} ${file}`).toContain('Permission denied');
      }
      expect((await box.run(as, ['/bin/rm', '-f', '/home/gateway/.nemoclaw-lock'])).exitCode).toBe(1);
      expect((await box.run(as, ['/bin/mv', '-f', '/home/gateway/.nemoclaw-lock', '/home/gateway/x'])).exitCode).toBe(
        1,
      );
    }
    expect((await box.run('gateway', ['/bin/cat', SEALED_FILE])).stdout).toContain('sealed');
    expect((await box.run('tools', ['/bin/cat', SEALED_FILE])).stderr).toContain('Permission denied');
    const { gateway } = await box.status();
    for (const look of ['cat environ', 'ls fd', 'readlink root', 'head -c 1 mem']) {
      const script = `cd /proc/${gateway!.pid} && ${look}`;
      expect((await box.run('tools', ['/bin/sh', '-c', script])).exitCode, look).not.toBe(0);
      // The same look by who may have it: it is the uid that decides, not the command.
      if (!look.endsWith('mem')) expect((await box.run('gateway', ['/bin/sh', '-c', script])).exitCode, look).toBe(0);
    }
    expect((await box.run('tools', ['/bin/sh', '-c', `kill -0 ${gateway!.pid}`])).stderr).toContain('not permitted');
  });

  it('becomes the program of an exec, in the folder asked for, with its exit code', async () => {
    const argv = ['/bin/sh', '-c', 'id -u; id -G; pwd; umask; echo $HOME; exit 7'];
    const result = await driver.exec(box.containerId, {
      argv: launchCommand({ as: 'tools', cwd: '/workspace' }, argv),
      uid: 0,
      gid: 0,
      timeoutMs: 10_000,
    });
    expect(result.stdout.toString().split('\n')).toEqual([
      String(IDS.tools),
      `${IDS.tools} 44 ${IDS.workspace}`,
      '/workspace',
      '0002',
      '/home/tools',
      '',
    ]);
    expect(result.exitCode).toBe(7);
  });

  it('hands a terminal over with the program', async () => {
    const stdout = new PassThrough();
    const argv = ['/bin/sh', '-c', 'test -t 0 && echo again > /dev/stdout && tty'];
    const streams = { stdin: new PassThrough(), stdout, stderr: new PassThrough() };
    const code = await driver.interactive(box.containerId, {
      ...{ argv: launchCommand({ as: 'tools' }, argv), uid: 0, gid: 0, tty: true },
      ...streams,
    });
    expect(String(stdout.read())).toMatch(/^again\r\n\/dev\/pts\/\d+\r\n$/);
    expect(code).toBe(0);
  });

  it('ends a program and its children at the bound', async () => {
    const reply = await box.call('run', {
      as: 'tools',
      argv: ['/bin/sh', '-c', 'echo begun; sleep 321 & sleep 321'],
      timeoutMs: 400,
    });
    expect(reply).toEqual({ outcome: 'timed_out', stdout: 'begun\n', stderr: '' });
    expect((await box.run('tools', ['/usr/bin/pgrep', '-f', 'sleep 32[1]'])).stdout).toBe('');
  });

  it('writes a bundle of roots that all can read', async () => {
    const { stdout } = await box.run('tools', ['/usr/bin/tail', '-n', '2', PATHS.caBundle]);
    expect(stdout).toContain('test\n-----END CERTIFICATE-----');
  });

  it('answers every connection over a restart, and none before the new gateway is verified', async () => {
    const before = await box.status();
    const [hammer, result] = await Promise.all([box.node('tools', HAMMER, '3000'), box.call('restart', restart)]);
    const seen = JSON.parse(hammer.stdout);
    expect(seen).toMatchObject({ unpassed: 0, broken: 0, answered: seen.total });
    expect(seen.total).toBeGreaterThan(30);
    // Some of them really had to wait.
    expect(seen.slowestMs).toBeGreaterThan(500);
    expect(result).toMatchObject({ method: 'stop-start', killed: false, before: { pid: before.gateway!.pid } });
    expect(result.after.pid).not.toBe(before.gateway!.pid);
    expect(result.after.listenerInode).toMatch(/^\d+$/);
  });

  it.each([
    ['one after another', 1],
    ['a few at a time', 8],
    ['all at once', 500],
  ])('passes 500 connections, %s, and keeps nothing of them', async (_how, atOnce) => {
    const appetite = async (ms: number) => {
      const argv = [PATHS.node, '-e', APPETITE, '--', String(ms)];
      const { stdout } = await driver.exec(box.containerId, { argv, uid: 0, gid: 0, timeoutMs: 30_000 });
      return JSON.parse(stdout.toString());
    };
    const before = await appetite(0);
    const [meanwhile, { stdout }] = await Promise.all([
      appetite(2_000),
      box.node('tools', BURST, '500', String(atOnce)),
    ]);
    const seen = JSON.parse(stdout);
    expect(seen).toMatchObject({ total: 500, answered: 500, refused: 0, broken: 0 });
    // It was 20 s at least while each connection read the kernel's tables to their end.
    expect(seen.ms).toBeLessThan(10_000);
    // Two for each connection, and next to nothing beside them.
    expect(meanwhile.most.descriptors).toBeLessThan(before.left.descriptors + 2 * 500 + 50);
    expect(meanwhile.most.megabytes).toBeLessThan(200);
    expect((await appetite(0)).left.descriptors).toBeLessThan(before.left.descriptors + 10);
    expect((await box.status()).state).toBe('running');
  });

  it('restarts inside the process: same pid, uptime from the beginning, no connection lost', async () => {
    const [hammer, result] = await Promise.all([
      box.node('tools', HAMMER, '2500'),
      box.call('restart', { ...restart, soft: true }),
    ]);
    expect(result).toMatchObject({
      method: 'soft',
      before: { pid: result.after.pid, startTime: result.after.startTime },
    });
    expect(result.after.listenerInode).not.toBe(result.before!.listenerInode);
    const seen = JSON.parse(hammer.stdout);
    expect(seen).toMatchObject({ unpassed: 0, broken: 0, answered: seen.total });
  });

  it('ends a tools process that takes the port during a restart, and gives it no request', async () => {
    const squatter = box.node('tools', SQUATTER, JSON.stringify({ port: 18789, host: '127.0.0.1' }));
    // It is under way once it has failed to bind: the gateway is still there.
    await box.run('tools', ['/usr/bin/pgrep', '-f', 'JSON.pars[e]']);
    const [hammer, result] = await Promise.all([box.node('tools', HAMMER, '3000'), box.call('restart', restart)]);
    const { stdout } = await squatter;
    expect(stdout).toBe('bound\n');
    const seen = JSON.parse(hammer.stdout);
    expect(seen).toMatchObject({ unpassed: 0, broken: 0, answered: seen.total });
    expect((await box.status()).gateway?.pid).toBe(result.after.pid);
  });

  it('starts nothing while somebody whom it can’t find has the port, lets no request through, and goes on when it is free', async () => {
    // In the container's network and in no process list of its own.
    const target = `--target=${(await driver.inspect(box.containerId))?.pid}`;
    const program = [process.execPath, '-e', SQUATTER, '--', JSON.stringify({ port: 18789, host: '127.0.0.1' })];
    const squatter = execa('nsenter', [target, '--net', ...program], { reject: false });
    const hammer = box.node('tools', HAMMER, '4000');
    await expect(box.call('restart', restart)).rejects.toMatchObject({
      code: 'RESTART_LAUNCH_FAILED',
      message: expect.stringMatching(/port 18789 is taken and its holder can't be found/),
    });
    squatter.kill();
    expect((await squatter).stdout).toBe('bound');
    await box.until('running');
    const seen = JSON.parse((await hammer).stdout);
    expect(seen).toMatchObject({ unpassed: 0, broken: 0, answered: seen.total });
  });

  it('ends a listener that shares the port over IPv6, and answers again', async () => {
    const squatter = box.node('tools', SQUATTER, JSON.stringify({ port: 18789, host: '::', ipv6Only: true }));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const hammer = await box.node('tools', HAMMER, '1500');
    expect((await squatter).stdout).toBe('bound\n');
    const seen = JSON.parse(hammer.stdout);
    expect(seen).toMatchObject({ unpassed: 0, broken: 0, answered: seen.total });
  });

  it.each([
    ['config_hash_mismatch', { content: '{"token":"other"}\n' }],
    ['secret_boundary', { mode: 0o644 }],
    ['unsafe_config_path', { uid: IDS.gateway }],
    ['unsafe_config_path', { link: '/workspace/mine.json' }],
  ])('refuses a restart with %s and leaves the gateway running', async (code, change) => {
    const before = await box.status();
    await box.seal(change);
    try {
      await expect(box.call('restart', restart)).rejects.toMatchObject({ details: { supervisorCode: code } });
      const { gateway, state } = await box.status();
      expect({ ...gateway, upMs: 0 }).toEqual({ ...before.gateway, upMs: 0 });
      expect(state).toBe('running');
    } finally {
      await box.seal({});
    }
  });

  it('says busy to a second restart', async () => {
    const first = box.call('restart', restart);
    await box.until('restarting');
    await expect(box.call('restart', restart)).rejects.toMatchObject({ code: 'RESTART_BUSY' });
    await first;
  });

  it('brings a crashed gateway back after two seconds', async () => {
    const before = await box.status();
    await box.run('tools', ['/usr/bin/curl', '-s', '--noproxy', '*', 'http://127.0.0.1:18789/crash']);
    const backoff = await box.until('backoff', 5_000);
    expect(backoff.reason).toContain('exit 3');
    expect(backoff.lastExit).toMatchObject({ code: 3, expected: false });
    const after = await box.until('running');
    expect(after.gateway!.pid).not.toBe(before.gateway!.pid);
    expect(after.restarts).toBe(before.restarts + 1);
  });

  it('does not retry a configuration that the agent refuses, and recovers when it is mended', async () => {
    await box.run('tools', ['/usr/bin/touch', '/workspace/refuse']);
    await expect(box.call('restart', restart)).rejects.toMatchObject({ details: { supervisorCode: 'launch_failed' } });
    expect((await box.status()).state).toBe('config_refused');
    await box.run('tools', ['/bin/rm', '/workspace/refuse']);
    expect(await box.call('recover', { timeoutMs: 20_000, settleMs: 100 })).toMatchObject({
      after: { pid: expect.any(Number) },
    });
  });

  it('quarantines a gateway that keeps crashing, until recover', async () => {
    await box.run('tools', ['/usr/bin/touch', '/workspace/crash']);
    await expect(box.call('restart', restart)).rejects.toMatchObject({ details: { supervisorCode: 'launch_failed' } });
    const { reason, frontDoor } = await box.until('quarantined', 50_000);
    expect(reason).toContain('5 times');
    expect(frontDoor.port).toBe(18000);
    await box.run('tools', ['/bin/rm', '/workspace/crash']);
    await box.call('recover', { timeoutMs: 20_000, settleMs: 100 });
    expect((await box.status()).state).toBe('running');
  });

  it('keeps a second generation off the state volume', async () => {
    const { exitCode, logs } = await box.startSecond();
    expect(exitCode).toBe(75);
    expect(logs).toContain('another generation');
    expect((await box.status()).state).toBe('running');
  });

  it('stops with the container by the gateway’s contract, and comes back with it', async () => {
    await driver.stop(box.containerId, { timeoutSeconds: 10 });
    expect(await driver.inspect(box.containerId)).toMatchObject({ phase: 'exited', exitCode: 0 });
    await driver.start(box.containerId);
    expect((await box.until('running')).restarts).toBe(0);
  });
});
