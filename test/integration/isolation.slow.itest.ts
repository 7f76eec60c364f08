import { IDS, PATHS } from '@nemoclaw/plugin-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armSelfTest, callSupervisor } from '../../packages/core/src/lifecycle/control.ts';
import { nodeLine } from './isolation/attack.ts';
import { type Commanded, startCommanded } from './isolation/commanded.ts';
import { describeWalls } from './isolation/walls.ts';
import { agentIdOf, relayIdOf } from './world/engine.ts';
import { readVolumeJson } from './world/volume.ts';

/** Asks the gateway for an operator’s connection without its token, from loopback as the liaison does. */
const OPERATOR = `
const socket = new WebSocket('ws://127.0.0.1:18789');
const stop = (word) => { console.log('operator', word); process.exit(0); };
setTimeout(() => stop('silence'), 8000);
socket.addEventListener('close', () => stop('closed'));
socket.addEventListener('message', ({ data }) => {
  const message = JSON.parse(String(data));
  if (message.event === 'connect.challenge') socket.send(JSON.stringify({ type: 'req', id: '1', method: 'connect', params: { minProtocol: 4, maxProtocol: 4,
    client: { id: 'gateway-client', mode: 'backend', version: '1', platform: 'linux' }, role: 'operator', scopes: ['operator.admin'], caps: [], commands: [], permissions: {}, auth: {} } }));
  if (message.type === 'res') stop(message.ok ? 'let in' : 'refused');
});
`;

describe('OpenClaw’s commands with a uid of their own, through its node host', () => {
  let box: Commanded;

  beforeAll(async () => {
    box = await startCommanded({ name: 'two-uids', agent: 'openclaw', tool: 'exec' });
  }, 900_000);
  afterAll(() => box?.dispose(), 300_000);

  const token = async (): Promise<string> => {
    type Sealed = { gateway: { auth: { token: string } } };
    const sealed = await readVolumeJson<Sealed>(box.driver, box.world, box.name, 'sealed', 'agent/openclaw.json');
    return sealed.gateway.auth.token;
  };

  describeWalls(() => box, {
    sealed: [`${PATHS.sealedAgent}/openclaw.json`],
    gatewayPort: 18_789,
    offered: ['exec', 'process', 'progress_card', 'session_status'],
    toolsBytes: 576 << 20,
    secrets: async () => [await token()],
  });

  it('lets the tools’ uid be no operator, and the model choose no other place for a command', async () => {
    expect(await box.command(nodeLine(OPERATOR))).toMatch(/operator (refused|closed)/);
    for (const path of [`${PATHS.sealedAgent}/openclaw.json`, '/proc/self/environ', '/workspace/mine'])
      expect(await box.call('read', { path })).toMatch(/not found/i);
    expect(await box.call('exec', { command: 'id -u', host: 'gateway' })).toMatch(/not allowed/);
    expect(await box.call('exec', { command: 'id -u', elevated: true })).toMatch(/not available/);
    expect(box.model.chats().at(-1)?.body).toContain('Commands run in /workspace'); // the gateway's own instructions
  }, 120_000);

  it('fails closed while the tools’ process is down, and brings it back', async () => {
    const before = (await box.supervisor()).tools?.process;
    await box.inside('tools', ['/bin/sh', '-c', `kill -9 ${before?.pid}`]);
    const said = await box.command('id -u > /workspace/ran-anyway; id -u');
    expect(said).toMatch(/requires a connected node|not connected/);
    expect((await box.inside('gateway', ['/usr/bin/test', '-e', '/workspace/ran-anyway'])).exitCode).toBe(1);
    await box.toolsReady(60_000);
    expect((await box.supervisor()).tools?.process?.pid).not.toBe(before?.pid);
    expect(await box.command('id -u')).toContain(String(IDS.tools));
  }, 300_000);

  it('sees every process that shows a marker, whoever it belongs to', async () => {
    const marker = 'ab'.repeat(32);
    const at = { driver: box.driver, containerId: agentIdOf(box.world, box.name), timeoutMs: 20_000 };
    const looking = callSupervisor(at, 'observe', { marker, timeoutMs: 10_000 });
    await Promise.all([
      box.inside('gateway', ['/bin/sh', '-c', `sleep 1; : ${marker}`]),
      box.inside('tools', ['/bin/sh', '-c', `sleep 1; : ${marker}`]),
    ]);
    const uids = (await looking).seen.map(({ uid }) => uid);
    expect([...new Set(uids)].toSorted()).toEqual([IDS.gateway, IDS.tools]);
  }, 60_000);

  it('answers by itself in the armed conversation only', async () => {
    const containerId = relayIdOf(box.world, box.name);
    const relay = { driver: box.driver, containerId, uid: IDS.relay, timeoutMs: 10_000 };
    const marker = 'cd'.repeat(32);
    await armSelfTest(relay, { marker, tool: 'exec', arguments: { command: 'true' }, ttlMs: 30_000 });
    const asked = box.model.chats().length;
    expect((await box.world.run([box.name, 'chat', 'Good day.'])).stdout).toContain('Hello from the script.');
    expect(box.model.chats()).toHaveLength(asked + 1);
    const bad = { marker: 'x', tool: 'exec', arguments: {}, ttlMs: 30_000 };
    await expect(armSelfTest(relay, bad)).rejects.toMatchObject({ code: 'SUPERVISOR_OUTDATED' });
  }, 60_000);
});
