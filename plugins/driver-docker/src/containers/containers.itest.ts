import { createServer } from 'node:net';
import type { ContainerSpec } from '@nemoclaw/plugin-api';
import { afterAll, describe, expect, it } from 'vitest';
import { fullSpec } from '../testing/full-spec.ts';
import { createWorld } from '../testing/world.ts';

const world = createWorld('ctr');
const { driver } = world;
afterAll(() => world.clean());

const freePort = async (): Promise<{ port: number; release: () => void }> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as { port: number }).port, release: () => server.close() };
};

describe('create', () => {
  it('makes exactly what the spec says', async () => {
    const { spec, volume, isolated, egress } = await fullSpec(world, '10.214.12');
    const { id } = await driver.create(spec);
    const raw = (await driver.inspectRaw(id)) as never as Record<string, Record<string, unknown>>;
    expect(raw.Config).toMatchObject({
      Image: spec.image,
      Entrypoint: ['/usr/bin/env'],
      Cmd: spec.command,
      Env: expect.arrayContaining(['A=b=c', 'EMPTY=']),
      User: '64101:64101',
      WorkingDir: '/var',
      Hostname: 'fixed',
      Labels: spec.labels,
      Tty: false,
      OpenStdin: true,
    });
    expect(raw.HostConfig).toMatchObject({
      Init: true,
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      CapAdd: spec.capAdd,
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      Memory: 256 << 20,
      MemorySwap: 256 << 20,
      PidsLimit: 50,
      NanoCpus: 5e8,
      Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 1024 }],
      GroupAdd: ['64110', '64111'],
      Sysctls: spec.sysctls,
      ExtraHosts: ['host.test.internal:10.214.12.17'],
      RestartPolicy: { Name: 'unless-stopped', MaximumRetryCount: 0 },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1048576', 'max-file': '1' } },
      PortBindings: { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] },
      Devices: [{ PathOnHost: '/dev/null', PathInContainer: '/dev/other', CgroupPermissions: 'rw' }],
      AutoRemove: false,
    });
    await driver.start(id);
    const state = await driver.inspect(id);
    expect(state).toMatchObject({
      id,
      name: spec.name,
      labels: spec.labels,
      phase: 'running',
      restartPolicy: 'unless-stopped',
      ports: { 8080: expect.any(Number) },
      mounts: [
        { type: 'tmpfs', target: '/t', readOnly: false },
        { type: 'volume', name: volume, target: '/v', readOnly: true },
      ],
    });
    const byId = Object.fromEntries((state?.networks ?? []).map((network) => [network.id, network]));
    expect(byId[isolated.id]).toMatchObject({
      ipv4: '10.214.12.9',
      aliases: expect.arrayContaining(['one.internal', 'two.internal']),
    });
    expect(byId[egress.id]?.ipv4).toMatch(/^10\.214\.12\./);
    expect(
      await world.sh(
        id,
        "stat -c '%a %u %g' /t; grep -o 'tmpfs /t .*' /proc/mounts | grep -c noexec; hostname; ls -l /dev/other | cut -c1; cat /proc/1/comm",
      ),
    ).toBe(['700 64101 64102', '0', 'fixed', 'c', 'docker-init'].join('\n'));
  });

  it('refuses to have the engine make a volume that is not there', async () => {
    const volume = world.name('missing');
    await expect(
      world.container({ mounts: [{ type: 'volume', source: volume, target: '/v', readOnly: true }] }),
    ).rejects.toMatchObject({ code: 'ENGINE_NOT_FOUND' });
    expect(await driver.inspectVolume(volume)).toBeUndefined();
  });

  it('names a clash of names and an image that is not there', async () => {
    const name = world.name('twice');
    await world.container({ name });
    await expect(world.container({ name })).rejects.toMatchObject({ code: 'ENGINE_CONFLICT' });
    await expect(world.container({ image: 'nemoclaw-no-such:image' })).rejects.toMatchObject({
      code: 'ENGINE_NOT_FOUND',
    });
  });

  it('leaves nothing when it is aborted in flight', async () => {
    const name = world.name('aborted');
    const controller = new AbortController();
    const creating = driver.create({ ...(await specOf(name)), labels: world.labels }, { signal: controller.signal });
    setImmediate(() => controller.abort(new Error('enough')));
    await expect(creating).rejects.toThrow('enough');
    expect(await driver.inspect(name)).toBeUndefined();
  });
});

const specOf = async (name: string): Promise<ContainerSpec> => {
  const { containerSpec } = await import('@nemoclaw/testkit/contexts/engine');
  return containerSpec({ name, image: await world.image() });
};

describe('life of a container', () => {
  it('starts, stops, restarts, renames and goes, each twice where that is no error', async () => {
    const id = await world.container();
    expect((await driver.inspect(id))?.phase).toBe('created');
    await driver.start(id);
    await driver.start(id);
    const first = await driver.inspect(id);
    await driver.restart(id, { timeoutSeconds: 5 });
    const second = await driver.inspect(id);
    expect([first?.phase, second?.phase, second?.pid === first?.pid]).toEqual(['running', 'running', false]);

    const name = world.name('renamed');
    await driver.rename(id, name);
    await driver.setRestartPolicy(id, 'unless-stopped');
    expect(await driver.inspect(id)).toMatchObject({ name, restartPolicy: 'unless-stopped' });
    await driver.setRestartPolicy(id, 'no');

    await expect(driver.remove(id)).rejects.toMatchObject({ code: 'ENGINE_CONFLICT' });
    await driver.stop(id, { timeoutSeconds: 5 });
    await driver.stop(id, { timeoutSeconds: 5 });
    expect(await driver.inspect(id)).toMatchObject({ phase: 'exited', pid: 0, restartPolicy: 'no', ports: {} });
    await Promise.all([driver.remove(id, { force: true }), driver.remove(id, { force: true })]);
    await driver.remove(id);
    expect([await driver.inspect(id), await driver.inspectRaw(id)]).toEqual([undefined, undefined]);
  });

  it('starts one now that its engine waits to start again', async () => {
    const id = await world.running({ command: ['/bin/sh', '-c', 'exit 3'], restartPolicy: 'unless-stopped' });
    // The engine's pauses double from 100 ms on: long enough after some of them to be met in one.
    await expect.poll(async () => (await driver.inspect(id))?.restartCount, { timeout: 20_000 }).toBeGreaterThan(4);
    await expect.poll(async () => (await driver.inspect(id))?.phase, { interval: 10 }).toBe('restarting');
    const before = await driver.inspect(id);
    await driver.start(id);
    const after = await driver.inspect(id);
    expect(before?.startedAt).not.toBe(after?.startedAt);
    // Counted anew: it was this start, and not the end of a pause.
    expect(after?.restartCount).toBeLessThan(before?.restartCount ?? 0);
    await driver.remove(id, { force: true });
  });

  it('lists all with the labels, stopped ones as well', async () => {
    const labels = { ...world.labels, group: 'list' };
    const stopped = await world.container({ labels });
    const running = await world.running({ labels });
    expect((await driver.list(labels)).map(({ id }) => id).sort()).toEqual([stopped, running].sort());
  });

  it('rejects with ENGINE_NOT_FOUND for an id that is none', async () => {
    const none = 'f'.repeat(64);
    await expect(driver.start(none)).rejects.toMatchObject({
      code: 'ENGINE_NOT_FOUND',
      details: { object: none, status: 404 },
    });
    await expect(driver.rename(none, 'x')).rejects.toMatchObject({ code: 'ENGINE_NOT_FOUND' });
  });
});

describe('what only start finds out', () => {
  it('a port that another program has', async () => {
    const { port, release } = await freePort();
    try {
      const egress = await world.network('egress', ['10.214.12.32/28']);
      const id = await world.container({
        networks: [{ network: egress.id, aliases: [] }],
        ports: [{ containerPort: 80, hostPort: port }],
      });
      await expect(driver.start(id)).rejects.toMatchObject({
        code: 'PORT_TAKEN',
        details: { operation: 'start container' },
      });
    } finally {
      release();
    }
  });

  it('a port and an address that another container has', async () => {
    const egress = await world.network('egress', ['10.214.12.48/28']);
    const { port, release } = await freePort();
    release();
    const networks = [{ network: egress.id, aliases: [] }];
    await world.running({ networks, ports: [{ containerPort: 80, hostPort: port }] });
    const second = await world.container({ networks, ports: [{ containerPort: 80, hostPort: port }] });
    await expect(driver.start(second)).rejects.toMatchObject({ code: 'PORT_TAKEN' });

    const fixed = [{ network: egress.id, aliases: [], ipv4: '10.214.12.60' }];
    await world.running({ networks: fixed });
    const clash = await world.container({ networks: fixed });
    await expect(driver.start(clash)).rejects.toMatchObject({ code: 'ENGINE_CONFLICT' });
  });

  it.each([
    [
      'a CDI device that nobody describes',
      { driver: 'cdi', count: 0, deviceIds: ['nemoclaw.test/gpu=none'], capabilities: [] },
    ],
    ['a GPU without a driver for it', { driver: '', count: -1, deviceIds: [], capabilities: [['gpu']] }],
  ])('%s', async (_, request) => {
    const id = await world.container({ deviceRequests: [request] });
    await expect(driver.start(id)).rejects.toMatchObject({ code: 'GPU_INJECTION_FAILED' });
    expect((await driver.inspect(id))?.error).not.toBe('');
  });

  it('a runtime that is not there, which create finds already', async () => {
    await expect(world.container({ runtime: 'nvidia' })).rejects.toMatchObject({ code: 'GPU_INJECTION_FAILED' });
  });
});

describe('entrypoint', () => {
  it('of the image goes with an empty list, and stays without one', async () => {
    const image = await driver.buildImage(
      {
        tag: `${world.name('entry')}:1`,
        dockerfile: `FROM ${await world.image()}\nENTRYPOINT ["/bin/echo", "entry"]`,
        files: [],
        buildArgs: {},
        labels: world.labels,
        hostNetwork: false,
      },
      () => undefined,
    );
    const output = async (spec: Partial<ContainerSpec>): Promise<string> => {
      const id = await world.running({ image: image.id, command: ['/bin/echo', 'command'], ...spec });
      const lines: string[] = [];
      for await (const line of driver.logs(id, { tail: 10, follow: true })) lines.push(line.text);
      return lines.join('|');
    };
    expect(await output({})).toBe('entry /bin/echo command');
    expect(await output({ entrypoint: [] })).toBe('command');
  });
});
