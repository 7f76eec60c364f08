import { expect, it } from 'vitest';
import { environmentFor } from './environment.ts';

const container = {
  HOME: '/root',
  NVIDIA_VISIBLE_DEVICES: 'all',
  NODE_OPTIONS: '--inspect',
  PATH: '/opt/x',
  GONE: undefined,
};

it('passes the container’s variables on, but not root’s own', () => {
  const env = environmentFor('tools', container);
  expect(env).toMatchObject({ HOME: '/home/tools', NVIDIA_VISIBLE_DEVICES: 'all', PATH: '/opt/x' });
  expect(env).not.toHaveProperty('NODE_OPTIONS');
  expect(env).not.toHaveProperty('GONE');
});

it('gives what the agent asks for to the gateway only', () => {
  const agent = { SECRET_HINT: 'x', HOME: '/home/gateway/inner' };
  expect(environmentFor('gateway', container, agent)).toMatchObject(agent);
  expect(environmentFor('tools', container, agent)).not.toHaveProperty('SECRET_HINT');
});

it('keeps the model’s address off the proxy', () => {
  expect(environmentFor('gateway', {}).NO_PROXY).toContain('inference.local');
});
