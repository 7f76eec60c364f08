import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Driver } from '@nemoclaw/plugin-api';
import { LABELS } from '@nemoclaw/plugin-api';
import { type ScriptedModel, startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BIN, makeWorld, type World } from './world/cli.ts';
import { openEngine, remains } from './world/engine.ts';

const NAME = 'never-made';
const MODEL = { id: 'scripted-1', context: 131_072 };

describe('what stops an onboard stops it with a code, a way out, and nothing left behind', () => {
  let world: World;
  let driver: Driver;
  let model: ScriptedModel;
  let openModel: ScriptedModel;

  const onboard = (more: string[] = [], env: Record<string, string> = {}, endpoint = model.baseUrl) =>
    world.json(
      [
        'onboard',
        '--name',
        NAME,
        '--provider',
        'openai-compatible',
        '--endpoint',
        endpoint,
        '--model',
        MODEL.id,
        '--yes',
        '--no-smoke',
        ...more,
      ],
      { env: { ...world.env, ...env } },
    );

  beforeAll(async () => {
    world = makeWorld();
    driver = openEngine();
    const options = { models: [MODEL], respond: () => text('hello') };
    model = await startScriptedModel(options);
    openModel = await startScriptedModel({ ...options, host: '0.0.0.0' });
  });
  afterAll(async () => {
    await model.close();
    await openModel.close();
    await world.dispose();
  });
  afterEach(async () => {
    expect(await remains(driver, NAME)).toEqual([]);
    expect(existsSync(join(world.home, 'sandboxes', NAME))).toBe(false);
    expect(
      (await driver.listNetworks({ [LABELS.managed]: 'true' })).filter((network) => network.name.includes(NAME)),
    ).toEqual([]);
  });

  const expectRefusal = (answer: Awaited<ReturnType<World['json']>>, code: string, exit = 1) => {
    expect(answer.error?.code).toBe(code);
    expect(answer.exitCode).toBe(exit);
    expect(answer.error.message.length).toBeGreaterThan(10);
    expect(answer.error.hint?.length).toBeGreaterThan(10);
    expect(`${answer.error.message}${answer.stderr}`).not.toMatch(/\n\s+at .*\.(js|ts):\d+/);
  };

  it('engine not running', async () => {
    expectRefusal(await onboard([], { DOCKER_HOST: 'unix:///nonexistent/docker.sock' }), 'ENGINE_NOT_RUNNING');
  });

  it('no permission on the engine’s socket', async () => {
    const result = await execa(
      'setpriv',
      ['--reuid=65534', '--regid=65534', '--clear-groups', BIN, 'doctor', '--json'],
      { reject: false, env: { ...world.env, NEMOCLAW_HOME: '/tmp/nemoclaw-nobody-home' }, cwd: '/' },
    );
    expect(result.exitCode).toBe(1);
    expect(result.stdout).toMatch(/may not use the Docker engine/);
    await execa('rm', ['-rf', '/tmp/nemoclaw-nobody-home']);
  });

  it.each([
    ['Bad_Name', 'BAD_NAME'],
    ['list', 'NAME_IS_COMMAND'],
    ['gateway', 'NAME_IS_COMMAND'],
  ])('the name %s', async (name, code) => {
    const answer = await world.json([
      'onboard',
      '--name',
      name,
      '--provider',
      'openai-compatible',
      '--endpoint',
      model.baseUrl,
      '--yes',
    ]);
    expectRefusal(answer, code, 2);
  });

  it('provider down', async () => {
    expectRefusal(await onboard([], {}, 'http://127.0.0.1:9/v1'), 'PROVIDER_DOWN');
  });

  it('a model that the provider does not have', async () => {
    const answer = await world.json([
      'onboard',
      '--name',
      NAME,
      '--provider',
      'openai-compatible',
      '--endpoint',
      model.baseUrl,
      '--model',
      'no-such',
      '--yes',
    ]);
    expectRefusal(answer, 'MODEL_NOT_FOUND');
    expect(`${answer.error.message} ${answer.error.hint}`).toContain(MODEL.id);
  });

  it('a port that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    expectRefusal(await onboard(['--port', String(port)]), 'PORT_TAKEN');
    taken.close();
  });

  it('an agent and a GPU strategy that are not there', async () => {
    expect((await onboard(['--agent', 'nobody'])).error.code).toBe('AGENT_UNKNOWN');
    expect((await onboard(['--gpu', 'nothing'])).error.code).toBe('GPU_UNKNOWN');
  });

  it('a provider that listens on loopback only, without --forward', async () => {
    const answer = await onboard();
    expectRefusal(answer, 'BRIDGE_LOOPBACK');
    expect(answer.error.hint).toContain('--forward');
  }, 600_000);

  it('a firewall between the sandbox network and the host: tcp_failed with the right subnet', async () => {
    // The subnet that this home's egress network will have is known once it was made; a first, loopback-only try makes it.
    const first = await onboard();
    const subnet = /10\.213\.\d+\.0\/24/.exec(JSON.stringify(first.error))?.[0] ?? '10.213.0.0/16';
    const rule = ['INPUT', '-s', '10.213.0.0/16', '-p', 'tcp', '--dport', String(openModel.port), '-j', 'DROP'];
    await execa('iptables', ['-I', ...rule]);
    try {
      const answer = await onboard([], {}, `http://127.0.0.1:${openModel.port}/v1`);
      expectRefusal(answer, 'BRIDGE_BLOCKED');
      expect(answer.error.hint).toMatch(
        /sudo ufw allow from 10\.213\.\d+\.0\/24 to 10\.213\.\d+\.1 port \d+ proto tcp/,
      );
      if (subnet.endsWith('/24')) expect(answer.error.hint).toContain(subnet);
    } finally {
      await execa('iptables', ['-D', ...rule]);
    }
  }, 600_000);

  it('a disk that is full where the state lives', async () => {
    const full = mkdtempSync(join(tmpdir(), 'nemoclaw full '));
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', full]);
    try {
      await execa('sh', ['-c', 'dd if=/dev/zero of="$1/filler" bs=1k count=64 2>/dev/null || true', 'sh', full]);
      expectRefusal(await onboard(['--forward'], { NEMOCLAW_HOME: full }), 'DISK_FULL');
    } finally {
      await execa('umount', [full]);
      rmSync(full, { recursive: true });
    }
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s in the middle',
    async (signal) => {
      const child = execa(
        BIN,
        [
          'onboard',
          '--name',
          NAME,
          '--provider',
          'openai-compatible',
          '--endpoint',
          model.baseUrl,
          '--model',
          MODEL.id,
          '--forward',
          '--yes',
        ],
        {
          env: world.env,
          reject: false,
          stdin: 'ignore',
        },
      );
      // As soon as the agent's container is there the most is to be undone.
      await expect
        .poll(() => driver.list({ [LABELS.sandbox]: NAME, [LABELS.role]: 'agent' }), {
          timeout: 300_000,
          interval: 100,
        })
        .toHaveLength(1);
      const begin = performance.now();
      child.kill(signal);
      const result = await child;
      expect(result.exitCode).not.toBe(0);
      expect(performance.now() - begin).toBeLessThan(35_000);
      expect(`${result.stderr}${result.stdout}`).toMatch(/interrupt/i);
    },
    400_000,
  );

  it('leaves no lock, journal or half-written file in the home', () => {
    const left = existsSync(join(world.home, 'sandboxes')) ? readdirSync(join(world.home, 'sandboxes')) : [];
    expect(left.filter((name) => name.includes(NAME))).toEqual([]);
  });
});
