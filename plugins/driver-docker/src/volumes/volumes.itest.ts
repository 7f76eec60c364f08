import type { FileEntry } from '@nemoclaw/plugin-api';
import { afterAll, describe, expect, it } from 'vitest';
import { createWorld } from '../testing/world.ts';

const world = createWorld('vol');
const { driver } = world;
afterAll(() => world.clean());

const put = async (volume: string, files: FileEntry[], signal?: AbortSignal) =>
  driver.putFiles({ volume, image: await world.image(), labels: world.labels, files }, signal ? { signal } : {});
const read = async (volume: string, path: string) =>
  driver.readFile({ volume, image: await world.image(), labels: world.labels, path });
const file = (path: string, content: string | Uint8Array, mode = 0o644, uid = 0, gid = 0): FileEntry => ({
  path,
  type: 'file',
  content,
  mode,
  uid,
  gid,
});
const folder = (path: string, mode: number, uid: number, gid: number): FileEntry => ({
  path,
  type: 'directory',
  mode,
  uid,
  gid,
});

describe('volumes', () => {
  it('makes one once, lists it by label, removes it twice', async () => {
    const spec = { name: world.name('v'), labels: world.labels };
    expect(await driver.ensureVolume(spec)).toEqual({ ...spec, created: true });
    expect(await driver.ensureVolume(spec)).toEqual({ ...spec, created: false });
    expect((await driver.listVolumes(world.labels)).map(({ name }) => name)).toContain(spec.name);
    await expect(driver.ensureVolume({ ...spec, labels: { whose: 'other' } })).rejects.toMatchObject({
      code: 'ENGINE_CONFLICT',
    });
    await driver.removeVolume(spec.name);
    await driver.removeVolume(spec.name);
    expect(await driver.inspectVolume(spec.name)).toBeUndefined();
  });
});

describe('putFiles', () => {
  it('keeps owner, group and mode of files, folders and of the volume’s own root', async () => {
    const volume = await world.volume();
    await put(volume, [
      folder('.', 0o3770, 64101, 64110),
      folder('agent', 0o750, 0, 64101),
      file('agent/secret.json', 'hush', 0o400, 64103, 64103),
      file('run.sh', '#!/bin/sh\n', 0o4755, 0, 0),
    ]);
    const id = await world.running({
      mounts: [{ type: 'volume', source: volume, target: '/v', readOnly: true }],
      capDrop: [],
      capAdd: [],
    });
    expect(
      await world.sh(id, "cd /v && stat -c '%n %a %u %g' . agent agent/secret.json run.sh && cat agent/secret.json"),
    ).toBe(
      ['. 3770 64101 64110', 'agent 750 0 64101', 'agent/secret.json 400 64103 64103', 'run.sh 4755 0 0', 'hush'].join(
        '\n',
      ),
    );
  });

  it('makes a link that nobody else can take away from a sticky folder of root’s, and never follows it', async () => {
    const volume = await world.volume();
    const link = { path: 'home/config', type: 'link', content: '/etc/hostname', mode: 0o777, uid: 0, gid: 0 } as const;
    await put(volume, [folder('home', 0o1777, 0, 0), link, file('home/theirs', '', 0o644, 64101, 64101)]);
    const id = await world.running({ mounts: [{ type: 'volume', source: volume, target: '/v', readOnly: false }] });
    expect(
      await world.sh(id, 'cd /v/home; readlink config; stat -c %u config; cmp config /etc/hostname && echo same'),
    ).toBe('/etc/hostname\n0\nsame');
    const attempt = 'cd /v/home; rm -f config; mv config other; ln -sf /tmp/mine config; rm theirs && readlink config';
    const tried = await driver.exec(id, {
      argv: ['/bin/sh', '-c', attempt],
      uid: 64101,
      gid: 64101,
      timeoutMs: 10_000,
    });
    expect(tried.stdout.toString().trim()).toBe('/etc/hostname');
  });

  it('adds to what is there, and brings nothing of its own', async () => {
    const volume = await world.volume();
    await put(volume, [file('a', '1')]);
    await put(volume, [file('b', '2'), file('a', '3')]);
    const id = await world.running({ mounts: [{ type: 'volume', source: volume, target: '/v', readOnly: true }] });
    expect(await world.sh(id, 'cd /v; cat a b; echo; ls -A')).toBe('32\na\nb');
  });

  it('leaves no container behind, also when it is aborted', async () => {
    const volume = await world.volume();
    const left = async () => (await driver.list(world.labels)).filter(({ name }) => name.startsWith(volume));
    const controller = new AbortController();
    const aborting = (async () => {
      for await (const event of driver.watch(world.labels, { signal: controller.signal }))
        if (event.action === 'create' && event.labels.name?.startsWith(volume)) controller.abort(new Error('enough'));
    })();
    // Until the watcher is listening: then the engine's own word that the container is there comes before the upload ends.
    const putting = async () => {
      for (;;) await put(volume, [file('big', new Uint8Array(20 << 20))], controller.signal);
    };
    await Promise.all([expect(putting()).rejects.toThrow('enough'), expect(aborting).rejects.toThrow('enough')]);
    await put(volume, [file('small', 'x')]);
    expect(await left()).toEqual([]);
  });

  it('refuses a volume that is not there, and makes none', async () => {
    const volume = world.name('missing');
    await expect(put(volume, [file('a', '1')])).rejects.toMatchObject({ code: 'ENGINE_NOT_FOUND' });
    expect(await driver.inspectVolume(volume)).toBeUndefined();
  });
});

describe('readFile', () => {
  it('gives bytes back, undefined for what is not there, an error for what is no file', async () => {
    const volume = await world.volume();
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    await put(volume, [file('deep/er/bytes', bytes, 0o400, 64103, 64103), folder('empty', 0o700, 0, 0)]);
    expect(await read(volume, 'deep/er/bytes')).toEqual(Buffer.from(bytes));
    expect(await read(volume, 'deep/none')).toBeUndefined();
    await expect(read(volume, 'empty')).rejects.toMatchObject({
      code: 'ENGINE_ERROR',
      message: expect.stringContaining('directory'),
    });
  });

  it('is bounded to 1 MiB', async () => {
    const volume = await world.volume();
    await put(volume, [file('fits', new Uint8Array(1 << 20)), file('big', new Uint8Array((1 << 20) + 1))]);
    expect((await read(volume, 'fits'))?.length).toBe(1 << 20);
    await expect(read(volume, 'big')).rejects.toMatchObject({
      code: 'ENGINE_ERROR',
      message: expect.stringContaining('1048577 bytes'),
    });
  });
});
