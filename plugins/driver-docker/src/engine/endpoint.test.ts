import { describe, expect, it } from 'vitest';
import { type EndpointProbes, endpointName, resolveEndpoint } from './endpoint.ts';

const probes = (present: string[]): EndpointProbes => ({
  exists: (path) => present.includes(path),
  read: (path) => {
    if (!present.includes(path)) throw new Error(`ENOENT ${path}`);
    return Buffer.from(path);
  },
  home: () => '/home/u',
});

describe('resolveEndpoint', () => {
  it.each([
    ['unix:///run/x.sock', 'unix:///run/x.sock'],
    ['unix:///run/with space/x.sock', 'unix:///run/with space/x.sock'],
    ['unix://', 'unix:///var/run/docker.sock'],
    ['tcp://engine:1234', 'tcp://engine:1234'],
    ['tcp://engine', 'tcp://engine:2375'],
  ])('takes DOCKER_HOST=%s', (DOCKER_HOST, name) => {
    expect(endpointName(resolveEndpoint({ DOCKER_HOST }, probes([])))).toBe(name);
  });

  it.each([
    ['the system’s socket first', ['/var/run/docker.sock', '/run/user/1/docker.sock'], '/var/run/docker.sock'],
    [
      'the rootless one next',
      ['/run/user/1/docker.sock', '/home/u/.docker/run/docker.sock'],
      '/run/user/1/docker.sock',
    ],
    ['Docker Desktop’s last', ['/home/u/.docker/run/docker.sock'], '/home/u/.docker/run/docker.sock'],
    ['the default when none is there, to name it in the error', [], '/var/run/docker.sock'],
  ])('finds %s', (_, present, path) => {
    expect(resolveEndpoint({ XDG_RUNTIME_DIR: '/run/user/1' }, probes(present))).toMatchObject({
      kind: 'socket',
      path,
    });
  });

  it.each(['ssh://host', 'npipe:////./pipe/docker_engine', 'host:2375', 'tcp:///'])(
    'refuses DOCKER_HOST=%s with a hint',
    (DOCKER_HOST) => {
      expect(() => resolveEndpoint({ DOCKER_HOST }, probes([]))).toThrowError(
        expect.objectContaining({ code: 'ENGINE_ERROR', hint: expect.stringContaining('unix://') }),
      );
    },
  );

  it('reads the client certificate for TLS', () => {
    const present = ['/c/ca.pem', '/c/cert.pem', '/c/key.pem'];
    const env = { DOCKER_HOST: 'tcp://engine:2376', DOCKER_CERT_PATH: '/c' };
    expect(resolveEndpoint(env, probes(present))).toMatchObject({ tls: { ca: Buffer.from('/c/ca.pem') } });
    expect(() => resolveEndpoint(env, probes([]))).toThrow(/needs ca.pem, cert.pem and key.pem in \/c/);
  });
});
