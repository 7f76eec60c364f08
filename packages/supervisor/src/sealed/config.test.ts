import { expect, it } from 'vitest';
import type { SupervisorConfig } from '../protocol.ts';
import { parseSupervisorConfig } from './config.ts';

// biome-ignore lint/suspicious/noExplicitAny: broken on purpose, in every part
type Loose = Record<string, any>;

const good: SupervisorConfig = {
  version: 1,
  sandboxId: 's',
  generation: 'g',
  groups: [44],
  sealedHashes: { '/etc/nemoclaw/agent/a.json': 'ab' },
  frontDoorPort: 18000,
  stateDir: '/home/gateway',
  runtime: {
    agent: 'a',
    version: '1',
    command: ['/opt/a', 'run'],
    env: {},
    cwd: '/',
    gatewayPort: 18789,
    health: {
      live: { path: '/healthz', status: 200 },
      started: { path: '/s', status: 200, field: { name: 'status', equals: 'started' } },
    },
    stop: { signal: 'SIGTERM', drainMs: 1000, expectedExitCodes: [0] },
    configRefusedExitCodes: [78],
    startTimeoutMs: 1000,
  },
};

it('takes a whole configuration', () => expect(parseSupervisorConfig(JSON.stringify(good))).toEqual(good));

it.each<[string, (config: Loose) => void, RegExp]>([
  ['another version', (c) => Object.assign(c, { version: 2 }), /\$\.version/],
  ['a port out of range', (c) => Object.assign(c, { frontDoorPort: 70_000 }), /\$\.frontDoorPort/],
  ['a command by name', (c) => Object.assign(c.runtime, { command: ['node'] }), /\$\.runtime\.command\[0\]/],
  ['no command', (c) => Object.assign(c.runtime, { command: [] }), /\$\.runtime\.command\[0\]/],
  [
    'a signal that is none of the four',
    (c) => Object.assign(c.runtime.stop, { signal: 'SIGKILL' }),
    /\$\.runtime\.stop\.signal/,
  ],
  [
    'a missing predicate',
    (c) => Object.assign(c.runtime.health, { started: undefined }),
    /\$\.runtime\.health\.started/,
  ],
  ['one port for door and gateway', (c) => Object.assign(c, { frontDoorPort: 18_789 }), /\$\.runtime\.gatewayPort/],
  ['a group that is no number', (c) => Object.assign(c, { groups: ['44'] }), /\$\.groups\[0\]/],
])('refuses %s by its name', (_what, change, message) => {
  const config = structuredClone(good) as unknown as Loose;
  change(config);
  expect(() => parseSupervisorConfig(JSON.stringify(config))).toThrow(message);
});

it('refuses what is not JSON', () => expect(() => parseSupervisorConfig('{')).toThrow());
