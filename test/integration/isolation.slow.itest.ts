import type { DoctorResult, OnboardResult, RestartReport, StatusResult } from '@nemoclaw/core';
import { type Driver, IDS, PATHS, type RunAs } from '@nemoclaw/plugin-api';
import {
  messageText,
  type ScriptedModel,
  startScriptedModel,
  text,
  toolCall,
  toolResult,
} from '@nemoclaw/testkit/scripted-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armSelfTest, callSupervisor } from '../../packages/core/src/lifecycle/control.ts';
import { makeWorld, type World } from './world/cli.ts';
import { agentIdOf, openEngine, recordOf, relayIdOf } from './world/engine.ts';
import { readVolumeJson } from './world/volume.ts';

const NAME = 'two-uids';
const MODEL = { id: 'scripted-1', context: 131_072 };

/** Tries everything that would make two uids one; prints a line for each try with what the kernel or the gateway said. */
const ATTACK = `
const fs = require('fs'), net = require('net'), { spawnSync } = require('child_process');
const gateway = Number(process.argv[1]);
const supervisor = Number(/PPid:\\s*(\\d+)/.exec(fs.readFileSync('/proc/' + gateway + '/status', 'utf8'))[1]);
const say = (what, work) => { try { work(); console.log(what, 'ok'); } catch (e) { console.log(what, e.code || e.message); } };
say('signal', () => process.kill(gateway, 0));
say('term', () => process.kill(gateway, 'SIGTERM'));
say('supervisor', () => process.kill(supervisor, 'SIGKILL'));
say('environ', () => fs.readFileSync('/proc/' + gateway + '/environ'));
say('mem', () => fs.closeSync(fs.openSync('/proc/' + gateway + '/mem', 'r')));
say('maps', () => fs.readFileSync('/proc/' + gateway + '/maps'));
say('fds', () => fs.readdirSync('/proc/' + gateway + '/fd'));
say('cwd', () => fs.readdirSync('/proc/' + gateway + '/cwd/'));
say('root', () => fs.readFileSync('/proc/' + gateway + '/root/etc/nemoclaw/agent/openclaw.json'));
say('sealed', () => fs.readFileSync('/etc/nemoclaw/agent/openclaw.json'));
say('sealed-folder', () => fs.readdirSync('/etc/nemoclaw/agent'));
say('supervisor-config', () => fs.readFileSync('/etc/nemoclaw/supervisor.json'));
say('sealed-write', () => fs.writeFileSync('/etc/nemoclaw/agent/openclaw.json', '{}'));
say('gateway-home', () => fs.readdirSync('/home/gateway'));
say('gateway-home-write', () => fs.writeFileSync('/home/gateway/.bashrc', 'x'));
say('liaison', () => fs.writeFileSync('/opt/nemoclaw/openclaw-tools-liaison.mjs', ''));
say('nonce', () => fs.unlinkSync('/home/tools/.nemoclaw-nonce'));
say('own-home', () => fs.writeFileSync('/home/tools/mine', 'x'));
say('workspace', () => fs.writeFileSync('/workspace/mine', 'x'));
const trace = spawnSync('/bin/sh', ['-c', 'grep -E "^(Cap(Prm|Eff|Bnd)|NoNewPrivs|Groups)" /proc/self/status']);
console.log(String(trace.stdout).trim().replace(/\\s+/g, ' '));
net.connect('/run/nemoclaw/control.sock').on('connect', () => console.log('control open')).on('error', (e) => console.log('control', e.code));
for (const [method, path] of [['GET', '/v1/models'], ['POST', '/v1/chat/completions'], ['POST', '/tools/invoke']])
  fetch('http://127.0.0.1:18789' + path, { method, ...(method === 'POST' ? { body: '{}' } : {}) }).then((r) => console.log('api', path, r.status));
`;

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

describe('tools with a uid of their own, tried through the agent’s own command tool', () => {
  let world: World;
  let driver: Driver;
  let model: ScriptedModel;
  let onboarded: Awaited<ReturnType<World['json']>> & { result: OnboardResult };
  let call: { tool: string; arguments: Record<string, unknown> };

  const answer = async (tool: string, args: Record<string, unknown>): Promise<string> => {
    call = { tool, arguments: args };
    const { stdout, stderr, exitCode } = await world.run([NAME, 'chat', 'Please run the command now.']);
    if (exitCode !== 0) throw new Error(stderr);
    return stdout;
  };
  const byAgent = (command: string): Promise<string> => answer('exec', { command });
  const node = (program: string, ...args: unknown[]): string =>
    `node -e ${JSON.stringify(`eval(Buffer.from('${Buffer.from(program).toString('base64')}','base64').toString())`)} -- ${args.join(' ')}`;

  const token = async (): Promise<string> => {
    type Sealed = { gateway: { auth: { token: string } } };
    const sealed = await readVolumeJson<Sealed>(driver, world, NAME, 'sealed', 'agent/openclaw.json');
    return sealed.gateway.auth.token;
  };
  const supervisor = () =>
    callSupervisor({ driver, containerId: agentIdOf(world, NAME), timeoutMs: 10_000 }, 'status', {});
  const inside = async (as: RunAs, argv: string[]) => {
    const reply = await callSupervisor({ driver, containerId: agentIdOf(world, NAME), timeoutMs: 30_000 }, 'run', {
      as,
      argv,
      timeoutMs: 20_000,
    });
    if (reply.outcome !== 'exited') throw new Error(JSON.stringify(reply));
    return reply;
  };
  const kill = (pid: number) => inside('tools', ['/bin/sh', '-c', `kill -9 ${pid}`]);

  beforeAll(async () => {
    world = makeWorld();
    driver = openEngine();
    model = await startScriptedModel({
      models: [MODEL],
      respond: (request) => {
        const result = toolResult(request);
        if (result !== undefined) return text(`RESULT ${result}`);
        const asked = request.messages.some((message) => messageText(message).includes('run the command'));
        return asked ? toolCall(call.tool, call.arguments) : text('Hello from the script.');
      },
    });
    onboarded = await world.json<OnboardResult>([
      ...['onboard', '--name', NAME, '--agent', 'openclaw', '--provider', 'openai-compatible', '--model', MODEL.id],
      ...['--endpoint', model.baseUrl, '--forward', '--yes', '--isolation', 'separate'],
    ]);
    if (onboarded.exitCode !== 0) throw new Error(JSON.stringify(onboarded.error));
  }, 900_000);

  afterAll(async () => {
    await world.dispose();
    await model.close();
  }, 300_000);

  it('is the default, proved at onboard without the provider’s model', () => {
    const { record, plan } = onboarded.result;
    expect(plan.isolation.mode).toBe('separate');
    expect(record?.agent).toMatchObject({ isolation: 'separate', isolationProof: 'proved' });
    expect(record?.proofs.tools).toMatchObject({ uid: IDS.tools });
    expect(model.chats().every(({ body }) => !body.includes('Self-test'))).toBe(true);
    expect(model.chats()).toHaveLength(1); // the real question
  });

  it('runs the agent’s commands in the workspace, without capabilities and without any secret of the gateway', async () => {
    const said = await byAgent('id -u; pwd; env; tr "\\0" " " < /proc/$PPID/cmdline');
    expect(said).toMatch(new RegExp(`^${IDS.tools}$`, 'm'));
    expect(said).toMatch(/^\/workspace$/m);
    expect((await token()).length).toBeGreaterThan(20);
    expect(said).not.toContain(await token());
    const { stdout } = await inside('tools', [
      '/bin/sh',
      '-c',
      'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null',
    ]);
    expect(stdout).not.toContain(await token());
    expect(stdout).toContain('/home/tools'); // it did read something
  }, 300_000);

  it('cannot touch the gateway, its memory, its files, the control socket or its API', async () => {
    const status = await supervisor();
    const before = status.gateway;
    const said = await byAgent(node(ATTACK, before?.pid));
    for (const what of ['signal', 'term', 'supervisor']) expect(said).toMatch(new RegExp(`^${what} EPERM$`, 'm'));
    const closed = [
      'environ',
      'mem',
      'maps',
      'fds',
      'cwd',
      'root',
      'sealed',
      'sealed-folder',
      'supervisor-config',
      'gateway-home',
    ];
    for (const what of closed) expect(said).toMatch(new RegExp(`^${what} EACCES$`, 'm'));
    for (const what of ['sealed-write', 'gateway-home-write', 'liaison'])
      expect(said).toMatch(new RegExp(`^${what} (EACCES|EROFS)$`, 'm'));
    expect(said).toMatch(/^nonce (EPERM|EACCES)$/m);
    for (const what of ['own-home', 'workspace']) expect(said).toMatch(new RegExp(`^${what} ok$`, 'm'));
    expect(said).toMatch(/CapPrm: 0000000000000000 CapEff: 0000000000000000/);
    expect(said).toMatch(/NoNewPrivs: 1/);
    expect(said).toMatch(/control EACCES/);
    expect(said).toMatch(/api \/v1\/models 401/);
    expect(said).toMatch(/api \/v1\/chat\/completions 401/);
    expect(said).toMatch(/api \/tools\/invoke (401|404)/);
    expect(await byAgent(node(OPERATOR))).toMatch(/operator (refused|closed)/);
    const after = (await supervisor()).gateway;
    expect(after).toMatchObject({ pid: before?.pid, startTime: before?.startTime });
  }, 300_000);

  it('offers the model nothing that acts inside the gateway’s own process', async () => {
    const offered = model.chats().at(-1)?.tools ?? [];
    expect(offered.toSorted()).toEqual(['exec', 'process', 'progress_card', 'session_status']);
    for (const path of [`${PATHS.sealedAgent}/openclaw.json`, '/proc/self/environ', '/workspace/mine'])
      expect(await answer('read', { path })).toMatch(/not found/i);
    expect(await answer('exec', { command: 'id -u', host: 'gateway' })).toMatch(/not allowed/);
    expect(await answer('exec', { command: 'id -u', elevated: true })).toMatch(/not available/);
  }, 300_000);

  it('lets no file of the tools’ into the gateway: neither links nor instructions in the workspace', async () => {
    await byAgent(
      'cd /workspace; for f in AGENTS SOUL TOOLS MEMORY USER; do ln -sf /etc/nemoclaw/agent/openclaw.json $f.md; done; printf "OPENCLAW_PWNED=1\\n" > .env; mkdir -p .openclaw/extensions/x; echo "throw 1" > .openclaw/extensions/x/index.js; echo done',
    );
    await byAgent('echo again');
    const { body = '' } = model.chats().at(-1) ?? {};
    expect(body).not.toContain(await token());
    expect(body).not.toContain('trustedProxies');
    expect(body).toContain('Commands run in /workspace'); // the gateway's own instructions
  }, 300_000);

  it('fails closed while the tools’ process is down, and brings it back', async () => {
    const before = (await supervisor()).tools?.process;
    expect(before).toBeDefined();
    await kill(before?.pid ?? 0);
    const said = await byAgent('id -u > /workspace/ran-anyway; id -u');
    expect(said).toMatch(/requires a connected node|not connected/);
    expect((await inside('gateway', ['/usr/bin/test', '-e', '/workspace/ran-anyway'])).exitCode).toBe(1);
    await expect.poll(async () => (await supervisor()).tools?.state, { timeout: 240_000, interval: 500 }).toBe('ready');
    expect((await supervisor()).tools?.process?.pid).not.toBe(before?.pid);
    expect(await byAgent('id -u')).toContain(String(IDS.tools));
  }, 300_000);

  it('is let in anew when the tools threw away what they were known by', async () => {
    await byAgent('rm -rf /home/tools/.openclaw; echo gone');
    await kill((await supervisor()).tools?.process?.pid ?? 0);
    await expect.poll(async () => (await supervisor()).tools?.state, { timeout: 60_000 }).not.toBe('ready');
    await expect.poll(async () => (await supervisor()).tools?.state, { timeout: 240_000, interval: 500 }).toBe('ready');
    expect(await byAgent('id -u')).toContain(String(IDS.tools));
  }, 300_000);

  it('works again after a restart of the gateway', async () => {
    const restart = await world.json<RestartReport>([NAME, 'gateway', 'restart']);
    expect(restart.error).toBeUndefined();
    expect(await byAgent('id -u')).toContain(String(IDS.tools));
  }, 300_000);

  it('proves it again when it is asked to, and takes the proof back when a command runs as somebody else', async () => {
    const doctor = await world.json<DoctorResult>([NAME, 'doctor', '--tools']);
    const line = doctor.result.checks.find(({ id }) => id === 'tools');
    expect(line).toMatchObject({ status: 'ok' });
    expect(line?.summary).toContain(String(IDS.tools));
    const { stdout } = await world.run([NAME, 'status']);
    expect(stdout).toMatch(new RegExp(`separate: proved .*${IDS.tools}.*(just now| ago)`));

    // The same marker, shown by a process of the gateway's uid as well.
    const marker = 'ab'.repeat(32);
    const looking = callSupervisor({ driver, containerId: agentIdOf(world, NAME), timeoutMs: 20_000 }, 'observe', {
      marker,
      timeoutMs: 10_000,
    });
    await Promise.all([
      inside('gateway', ['/bin/sh', '-c', `sleep 1; : ${marker}`]),
      inside('tools', ['/bin/sh', '-c', `sleep 1; : ${marker}`]),
    ]);
    const uids = (await looking).seen.map(({ uid }) => uid);
    expect([...new Set(uids)].toSorted()).toEqual([IDS.gateway, IDS.tools]);
  }, 300_000);

  it('answers by itself in the armed conversation only', async () => {
    const relay = { driver, containerId: relayIdOf(world, NAME), uid: IDS.relay, timeoutMs: 10_000 };
    const marker = 'cd'.repeat(32);
    await armSelfTest(relay, { marker, tool: 'exec', arguments: { command: 'true' }, ttlMs: 30_000 });
    const asked = model.chats().length;
    expect((await world.run([NAME, 'chat', 'Good day.'])).stdout).toContain('Hello from the script.');
    expect(model.chats()).toHaveLength(asked + 1);
    const bad = { marker: 'x', tool: 'exec', arguments: {}, ttlMs: 30_000 };
    await expect(armSelfTest(relay, bad)).rejects.toMatchObject({ code: 'SUPERVISOR_OUTDATED' });
  }, 300_000);

  it('says live what the tools’ process does', async () => {
    const { result } = await world.json<StatusResult>([NAME, 'status', '--live']);
    expect(result.live?.reasons).toEqual([]);
    expect(result.live?.supervisor?.tools).toMatchObject({ state: 'ready' });
    expect(recordOf(world, NAME).agent.isolationProof).toBe('proved');
  }, 60_000);
});
