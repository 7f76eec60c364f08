import { describe, expect, it } from 'vitest';
import { parseEndpoint, serverRoot } from './endpoint.ts';

describe('parseEndpoint', () => {
  it.each([
    ['http://127.0.0.1:11434', 'http://127.0.0.1:11434/v1', 'http://host.nemoclaw.internal:11434/v1'],
    ['http://127.0.0.1:11434/v1/', 'http://127.0.0.1:11434/v1', 'http://host.nemoclaw.internal:11434/v1'],
    ['http://localhost:8000/v1', 'http://localhost:8000/v1', 'http://host.nemoclaw.internal:8000/v1'],
    ['http://[::1]:8000', 'http://[::1]:8000/v1', 'http://host.nemoclaw.internal:8000/v1'],
    ['http://0.0.0.0:8000', 'http://0.0.0.0:8000/v1', 'http://host.nemoclaw.internal:8000/v1'],
    ['http://127.1.2.3/api', 'http://127.1.2.3/api', 'http://host.nemoclaw.internal/api'],
    ['http://2130706433:80/v1', 'http://127.0.0.1/v1', 'http://host.nemoclaw.internal/v1'],
    ['http://host.docker.internal:1234/v1', 'http://127.0.0.1:1234/v1', 'http://host.nemoclaw.internal:1234/v1'],
    ['https://api.example.com/openai/v1', 'https://api.example.com/openai/v1', 'https://api.example.com/openai/v1'],
    ['https://192.168.1.5:8443', 'https://192.168.1.5:8443/v1', 'https://192.168.1.5:8443/v1'],
    ['http://localhost.example.com', 'http://localhost.example.com/v1', 'http://localhost.example.com/v1'],
  ])('%s', (text, hostBaseUrl, relayBaseUrl) => {
    expect(parseEndpoint(text)).toEqual({ hostBaseUrl, relayBaseUrl });
  });

  it.each([
    '',
    'localhost:8000',
    'ftp://x/',
    'file:///etc/passwd',
    'http://x/v1?key=1',
    'http://x/#a',
    'http://user@x/',
  ])('refuses %j', (text) => {
    expect(() => parseEndpoint(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it('never repeats a password that stands in an address', () => {
    expect(() => parseEndpoint('http://me:hunter22@x/')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter22') }),
    );
  });
});

it('finds the server below the API', () => {
  expect(serverRoot('http://x:1/v1')).toBe('http://x:1');
  expect(serverRoot('http://x:1/api')).toBe('http://x:1/api');
});
