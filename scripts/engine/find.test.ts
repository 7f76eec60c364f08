import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { atLeast, findEngine } from './find.ts';

describe('atLeast', () => {
  it.each([
    ['28.5.2+dfsg4', '28.2', true],
    ['28.2.0', '28.2', true],
    ['28.2', '28.2.1', false],
    ['28.1.9', '28.2', false],
    ['29.0.0-rc1', '28.2', true],
    ['20.10.24', '28.2', false],
    ['', '28.2', false],
  ])('%s against %s is %s', (version, floor, expected) => {
    expect(atLeast(version, floor)).toBe(expected);
  });
});

/** An engine, or what pretends to be one, on a socket in a folder with a space. */
const listening = async (listener: RequestListener): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'an engine-'));
  const server = createServer(listener);
  server.listen(join(folder, 'docker.sock'));
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return join(folder, 'docker.sock');
};
const answering = (body: string, status = 200) => listening((_, response) => void response.writeHead(status).end(body));

describe('findEngine', () => {
  it('tells an engine that is new enough from one that is not', async () => {
    const usable = await answering('{"Version":"28.5.2"}');
    expect(await findEngine({ DOCKER_HOST: `unix://${usable}` })).toEqual({
      state: 'usable',
      version: '28.5.2',
      socket: usable,
    });
    const old = await answering('{"Version":"20.10.24"}');
    expect(await findEngine({ DOCKER_HOST: `unix://${old}` })).toEqual({ state: 'too_old', version: '20.10.24' });
  });

  it('says that nothing runs behind a socket that is not there, and leaves a remote engine alone', async () => {
    expect(await findEngine({ DOCKER_HOST: 'unix:///nonexistent/docker.sock' })).toEqual({
      state: 'not_running',
      socket: '/nonexistent/docker.sock',
    });
    expect(await findEngine({ DOCKER_HOST: 'tcp://192.0.2.1:2375' })).toEqual({
      state: 'remote',
      host: 'tcp://192.0.2.1:2375',
    });
  });

  it('takes a listener that is silent, or no engine, for neither a running nor a stopped one', async () => {
    const silent = await listening(() => {});
    expect(await findEngine({ DOCKER_HOST: `unix://${silent}` }, { timeoutMs: 50 })).toEqual({
      state: 'no_answer',
      socket: silent,
      reason: 'no answer within 0.05 s',
    });
    const other = await answering('{"hello":1}', 404);
    expect(await findEngine({ DOCKER_HOST: `unix://${other}` })).toMatchObject({ state: 'no_answer', socket: other });
  });

  it('looks where the driver looks: the system, the rootless engine, Docker Desktop', async () => {
    const env = { HOME: '/home/me', XDG_RUNTIME_DIR: '/run/user/1' };
    const there = (path: string) => findEngine(env, { exists: (asked) => asked === path });
    expect(await there('/run/user/1/docker.sock')).toMatchObject({ socket: '/run/user/1/docker.sock' });
    expect(await there('/home/me/.docker/run/docker.sock')).toMatchObject({
      socket: '/home/me/.docker/run/docker.sock',
    });
  });
});
