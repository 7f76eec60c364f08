import { expect, it } from 'vitest';
import { hostEndpointOf } from './host-endpoint.ts';

it.each([
  ['http://host.nemoclaw.internal:11434/v1', 11_434],
  ['http://host.docker.internal/v1', 80],
  ['https://host.nemoclaw.internal/v1', 443],
])('%s is on the host, port %d', (endpoint, port) => {
  const { hostname: host } = new URL(endpoint);
  expect(hostEndpointOf({ id: 'ollama', endpoint })).toEqual({ purpose: 'provider ollama', host, port });
});

it('one that is elsewhere is not', () => {
  expect(hostEndpointOf({ id: 'openai', endpoint: 'https://api.example.com/v1' })).toBeUndefined();
});
