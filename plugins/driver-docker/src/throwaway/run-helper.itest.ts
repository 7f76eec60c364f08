import type { HelperSpec } from '@nemoclaw/plugin-api';
import { afterAll, describe, expect, it } from 'vitest';
import { createWorld } from '../testing/world.ts';

const world = createWorld('help');
const { driver } = world;
afterAll(() => world.clean());

const run = async (line: string, extra: Partial<HelperSpec> = {}, signal?: AbortSignal) =>
  driver.runHelper(
    {
      name: world.name('h'),
      labels: world.labels,
      image: await world.image(),
      argv: ['/bin/sh', '-c', line],
      user: '64103:64103',
      network: 'none',
      timeoutMs: 20_000,
      ...extra,
    },
    signal ? { signal } : {},
  );
const left = async () => (await driver.list(world.labels)).map(({ name }) => name);

describe('runHelper', () => {
  it('brings the code, both streams and stdin, and leaves nothing', async () => {
    expect(await run('cat; echo $A; id -u; echo err >&2; exit 4', { stdin: 'in\n', env: { A: 'b' } })).toEqual({
      outcome: 'exited',
      exitCode: 4,
      stdout: 'in\nb\n64103\n',
      stderr: 'err\n',
    });
    expect(await left()).toEqual([]);
  });

  it('ends stdin when none is given', async () => {
    expect(await run('cat; echo end')).toMatchObject({ outcome: 'exited', stdout: 'end\n' });
  });

  it('brings all output of a program that ends at once', async () => {
    const result = await run('head -c 300000 /dev/zero | tr "\\0" x');
    expect(result).toMatchObject({ outcome: 'exited', stdout: 'x'.repeat(300_000) });
  });

  it('has no capabilities, a read-only root and a writable /tmp', async () => {
    const result = await run('grep CapEff /proc/self/status; touch /x 2>&1; touch /tmp/x && echo writable', {
      user: '0:0',
    });
    expect(result).toMatchObject({
      stdout: expect.stringMatching(/CapEff:\t0{16}\n.*Read-only file system\nwritable/),
    });
  });

  it('sees names and volumes that it is given', async () => {
    const volume = await world.volume();
    const network = await world.network('egress', ['10.214.13.0/28']);
    const result = await run('getent hosts host.test.internal; ls -d /v', {
      network: network.id,
      extraHosts: { 'host.test.internal': network.gateway },
      mounts: [{ type: 'volume', source: volume, target: '/v', readOnly: true }],
    });
    expect(result).toMatchObject({ stdout: expect.stringMatching(/^10\.214\.13\.1 .*\n\/v\n$/) });
  });

  it('is taken away when time is up, with what it said', async () => {
    expect(await run('echo begun; sleep 60', { timeoutMs: 1_500 })).toEqual({
      outcome: 'timed_out',
      stdout: 'begun\n',
      stderr: '',
    });
    expect(await left()).toEqual([]);
  });

  it('is taken away on abort', async () => {
    const controller = new AbortController();
    const running = run('sleep 60', {}, controller.signal);
    await expect.poll(async () => (await driver.list(world.labels)).map(({ phase }) => phase)).toContain('running');
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(await left()).toEqual([]);
  });

  it.each([
    ['network_not_found', { network: 'f'.repeat(64) }],
    ['image_not_found', { image: 'nemoclaw-no-such:image' }],
    ['other', { argv: ['/nope'] }],
    [
      'other',
      { deviceRequests: [{ driver: 'cdi', count: 0, deviceIds: ['nemoclaw.test/gpu=none'], capabilities: [] }] },
    ],
  ])('is not started: %s', async (reason, extra) => {
    expect(await run('true', extra)).toMatchObject({ outcome: 'not_started', reason, message: expect.any(String) });
    expect(await left()).toEqual([]);
  });
});
