import { describe, expect, it } from 'vitest';
import { parseSupervisorConfig } from './config.ts';

const config = (tools: unknown) =>
  JSON.stringify({
    version: 1,
    sandboxId: 's',
    generation: 'g',
    groups: [],
    sealedHashes: {},
    frontDoorPort: 18_000,
    stateDir: '/home/gateway',
    runtime: {
      agent: 'a',
      version: '1',
      command: ['/opt/a'],
      env: {},
      cwd: '/',
      gatewayPort: 1_000,
      health: { live: { path: '/', status: 200 }, started: { path: '/', status: 200 } },
      stop: { signal: 'SIGTERM', drainMs: 1, expectedExitCodes: [] },
      configRefusedExitCodes: [],
      startTimeoutMs: 1,
      tools,
    },
  });
const SSHD = { command: ['/usr/sbin/sshd', '-D'], env: {}, cwd: '/', port: 2_222, startTimeoutMs: 1_000 };
const NODE_HOST = {
  command: ['/opt/node/bin/node', '/opt/x.mjs'],
  env: { A: 'b' },
  cwd: '/workspace',
  liaison: { command: ['/opt/node/bin/node', '/opt/l.mjs'], timeoutMs: 1_000 },
  startTimeoutMs: 1_000,
};

describe('the tools’ process in supervisor.json', () => {
  it.each([
    ['is not there where tools share the gateway’s uid', undefined],
    ['listens on a port of its own, as an sshd does', SSHD],
    ['is let in by a liaison, as a node host is', NODE_HOST],
  ])('%s', (_, tools) => {
    expect(parseSupervisorConfig(config(tools)).runtime.tools).toEqual(tools);
  });

  it.each([
    ['command', { ...SSHD, command: ['sshd'] }],
    ['liaison.command', { ...NODE_HOST, liaison: { command: ['node'], timeoutMs: 1 } }],
    ['port', { ...SSHD, port: 0 }],
    ['startTimeoutMs', { ...SSHD, startTimeoutMs: -1 }],
  ])('is refused by the name of the field: %s', (field, tools) => {
    expect(() => parseSupervisorConfig(config(tools))).toThrow(new RegExp(`tools\\.${field.replace('.', '\\.')}`));
  });
});
