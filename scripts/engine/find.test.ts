import { describe, expect, it } from 'vitest';
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

describe('findEngine', () => {
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
});
