import { expect, it } from 'vitest';
import { hostNetworkRefusal } from './host-network.ts';

it.each([
  ['host', 1],
  [' HOST ', 1],
  ['bridge', 0],
  ['', 0],
  [undefined, 0],
])('NEMOCLAW_DOCKER_GPU_PATCH_NETWORK=%s is %i line', (value, lines) => {
  const told = hostNetworkRefusal({ NEMOCLAW_DOCKER_GPU_PATCH_NETWORK: value });
  expect(told).toHaveLength(lines);
  for (const line of told) expect(line).toMatch(/ignored: .*isolated network/);
});
