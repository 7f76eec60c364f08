import { IDS, PATHS } from '@nemoclaw/plugin-api';
import {
  AGENT_TOKEN,
  type AgentSandbox,
  type AgentWorld,
  makeAgentWorld,
  type RealModel,
  startRealModel,
} from '@nemoclaw/testkit/agent-world';
import { MODEL } from '@nemoclaw/testkit/model-image';
import {
  type ChatRequest,
  type ModelReply,
  type ScriptedModel,
  startScriptedModel,
  text,
  toolCallThenText,
} from '@nemoclaw/testkit/scripted-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import agent from './index.ts';

const never = new AbortController().signal;
const profile = (id: string) => agent.profiles.find((candidate) => candidate.id === id)!;

let world: AgentWorld;
let scripted: ScriptedModel;
/** What the scripted model does; each test sets its own. */
let respond: (request: ChatRequest) => ModelReply = () => text('Hello from the script.');

beforeAll(async () => {
  world = await makeAgentWorld(agent, process.env);
  scripted = await startScriptedModel({
    host: world.hostAddress,
    models: [{ id: 'scripted', context: 131_072 }],
    respond: (request) => respond(request),
  });
});
afterAll(async () => {
  await scripted?.close();
  await world?.clean();
});

const chat = async (sandbox: AgentSandbox, question: string, onText?: (piece: string) => void, signal = never) =>
  agent.chat(
    {
      turns: [{ role: 'user', content: question }],
      token: AGENT_TOKEN,
      ingressUrl: await sandbox.ingressUrl(),
      ...(onText ? { onText } : {}),
    },
    signal,
  );

const scriptedModel = () => ({ id: 'scripted', contextTokens: 131_072, port: scripted.port });

describe('image', () => {
  it('belongs to root, and nobody else can write to it', async () => {
    const result = await world.driver.runHelper({
      name: world.objects.name('look'),
      labels: world.objects.labels,
      image: world.image.id,
      user: '0:0',
      network: 'none',
      argv: ['/usr/bin/find', '/opt/openclaw', '(', '!', '-user', '0', '-o', '!', '-type', 'l', '-perm', '/022', ')'],
      timeoutMs: 60_000,
    });
    expect(result).toMatchObject({ outcome: 'exited', exitCode: 0, stdout: '' });
  });

  it('is smaller than half a gigabyte above its base', async () => {
    const base = await world.driver.findImage(world.images.base);
    expect(world.image.sizeBytes - base!.sizeBytes).toBeLessThan(512 * 1024 ** 2);
  });
});

describe('gateway with the full profile and a scripted model', () => {
  let sandbox: AgentSandbox;

  beforeAll(async () => {
    sandbox = await world.sandbox({ profile: 'full', model: scriptedModel() });
    await sandbox.started();
  });

  it('is alive, started and ready by its predicates', async () => {
    const { live, started, ready } = sandbox.output.runtime.health;
    for (const predicate of [live, started, ready!])
      expect.soft((await sandbox.ask(predicate.path)).status, predicate.path).toBe(predicate.status);
    expect((await sandbox.ask(agent.ping.path)).status).toBe(agent.ping.status);
  });

  it('is the process that was started, without capability, listening on loopback only', async () => {
    const { stdout } = await sandbox.run([PATHS.node, '-e', LOOK]);
    const seen = JSON.parse(stdout.toString());
    expect(seen.gateway).toMatchObject({ uid: `${IDS.gateway}`, groups: `${IDS.workspace}`, noNewPrivs: '1' });
    expect(new Set(seen.gateway.capabilities)).toEqual(new Set(['0000000000000000']));
    expect(seen.gateway.parentIsRoot).toBe(true);
    // 127.0.0.1, as /proc/net/tcp writes it.
    expect(seen.listeners).toEqual(['0100007F']);
    expect(seen.environment).not.toContain(AGENT_TOKEN);
    expect(seen.commandLine).not.toContain(AGENT_TOKEN);
  });

  it('answers a chat, whole and in pieces', async () => {
    respond = () => text('Hello from the script.');
    await expect(chat(sandbox, 'Hi')).resolves.toMatchObject({ text: 'Hello from the script.', finishReason: 'stop' });
    const pieces: string[] = [];
    const { text: whole } = await chat(sandbox, 'Hi', (piece) => pieces.push(piece));
    expect(pieces.join('')).toBe('Hello from the script.');
    expect(whole).toBe('Hello from the script.');
  });

  it('refuses another token', async () => {
    const wrong = { turns: [], token: 'not-it', ingressUrl: await sandbox.ingressUrl() };
    await expect(agent.chat(wrong, never)).rejects.toMatchObject({ code: 'CHAT_FAILED', details: { status: 401 } });
  });

  it('runs a command with its exec tool, as the gateway’s uid where isolation is shared', async () => {
    respond = toolCallThenText({ tool: 'exec', arguments: { command: 'id -u; pwd' } });
    expect((await chat(sandbox, 'who are you?')).text).toBe(`${IDS.gateway}\n${PATHS.workspace}`);
  });

  it('leaves its sealed configuration as it was', async () => {
    const { stdout } = await sandbox.run(['/usr/bin/cat', '/etc/nemoclaw/agent/openclaw.json']);
    expect(stdout.toString()).toBe(sandbox.output.sealed[0]?.content);
    const write = await sandbox.run(['/bin/sh', '-c', 'echo > /etc/nemoclaw/agent/openclaw.json']);
    expect(write.exitCode).not.toBe(0);
  });

  it('lets go of the model when the client goes away', async () => {
    const [asked, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    respond = () => {
      asked.resolve();
      return { kind: 'hang', onGone: gone.resolve };
    };
    const abort = new AbortController();
    const pending = chat(sandbox, 'wait', () => {}, abort.signal);
    await asked.promise;
    abort.abort(new Error('enough'));
    await expect(pending).rejects.toThrow('enough');
    await gone.promise;
  });

  it('starts over in the same process on its soft restart', async () => {
    const { signal, uptimeField } = sandbox.output.runtime.softRestart!;
    const uptime = (json: Record<string, unknown>): number => Number(json[uptimeField]);
    const pid = await gatewayPid(sandbox);
    const sent = Date.now();
    await sandbox.run(['/bin/sh', '-c', `kill -${signal.slice(3)} ${pid}`]);
    // Uptime of a process that did not start over is longer than this.
    await sandbox.started((json) => uptime(json) < Date.now() - sent);
    expect(await gatewayPid(sandbox)).toBe(pid);
  });

  it('lets a running answer end on its stop signal, and exits as expected', async () => {
    const gate = Promise.withResolvers<void>();
    respond = () =>
      text(
        (async function* () {
          yield 'before, ';
          await gate.promise;
          yield 'after.';
        })(),
      );
    const first = Promise.withResolvers<void>();
    const answer = chat(sandbox, 'slowly', () => first.resolve());
    await first.promise;
    const { stop } = sandbox.output.runtime;
    const stopped = world.driver.stop(sandbox.id, { timeoutSeconds: stop.drainMs / 1000 });
    // Draining has begun once the gateway says so.
    await expect
      .poll(() => sandbox.ask('/startupz').catch(() => ({ status: 0 })), { timeout: 10_000 })
      .toMatchObject({
        status: expect.not.toBeOneOf([200]),
      });
    gate.resolve();
    await expect(answer).resolves.toMatchObject({ text: 'before, after.' });
    await stopped;
    expect(stop.expectedExitCodes).toContain(await sandbox.ended(5_000));
  });
});

it('says with its exit code that its configuration is refused', async () => {
  const sandbox = await world.sandbox({
    profile: 'full',
    model: scriptedModel(),
    sealed: { 'openclaw.json': '{"gateway":{"mode":"local","bind":"nowhere"}}' },
  });
  expect(sandbox.output.runtime.configRefusedExitCodes).toContain(await sandbox.ended(60_000));
});

describe('prompt profiles', () => {
  let model: RealModel;

  beforeAll(async () => {
    model = await startRealModel(world, scripted.port + 1, process.env);
  });

  it.each(['full', 'compact'])('%s takes no more of the context than it says, and offers exec', async (id) => {
    respond = () => text('Hello.');
    const sandbox = await world.sandbox({ profile: id, model: scriptedModel() });
    await sandbox.started();
    await chat(sandbox, 'What is the capital of France?');
    const request = scripted.chats().at(-1)!;
    expect(request.tools).toContain('exec');
    const { messages, tools } = request.json as { messages: unknown; tools: unknown };
    const tokens = await model.tokens(JSON.stringify({ messages, tools }));
    console.log(`prompt of ${id}: ${tokens} tokens`);
    expect(tokens).toBeLessThanOrEqual(profile(id).promptTokens);
    // A number far too large would refuse models that are good enough.
    expect(tokens).toBeGreaterThan(profile(id).promptTokens * 0.85);
    await world.driver.remove(sandbox.id, { force: true });
  });

  it('compact answers a question with the real small model', async () => {
    const sandbox = await world.sandbox({
      profile: 'compact',
      model: { id: MODEL.id, contextTokens: MODEL.contextTokens, port: model.port },
    });
    await sandbox.started();
    const { text: answer, usage } = await chat(sandbox, 'What is the capital of France?');
    console.log(`the real model: ${JSON.stringify(answer)} ${JSON.stringify(usage)}`);
    expect(answer).toMatch(/Paris/);
    expect(Number(usage?.prompt_tokens)).toBeLessThanOrEqual(profile('compact').promptTokens);
  }, 300_000);
});

const gatewayPid = async (sandbox: AgentSandbox): Promise<number> =>
  JSON.parse((await sandbox.run([PATHS.node, '-e', LOOK])).stdout.toString()).gateway.pid;

/** Run inside as the gateway's uid: what the gateway's process looks like from there, and who listens on its port. */
const LOOK = `
const fs = require('node:fs');
const of = (pid) => Object.fromEntries(fs.readFileSync('/proc/' + pid + '/status', 'utf8').trim().split('\\n').map((line) => line.split(/:\\s*/)));
const pid = fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).find((name) => {
  try { return of(name).Name === 'openclaw-gatewa'; } catch { return false; }
});
const status = of(pid);
const parent = of(status.PPid);
console.log(JSON.stringify({
  gateway: {
    pid: Number(pid),
    uid: status.Uid.split('\\t')[0],
    groups: status.Groups.trim(),
    noNewPrivs: status.NoNewPrivs,
    capabilities: [status.CapInh, status.CapPrm, status.CapEff, status.CapAmb],
    parentIsRoot: parent.Uid.startsWith('0\\t'),
  },
  listeners: fs.readFileSync('/proc/net/tcp', 'utf8').split('\\n').map((line) => line.trim().split(/\\s+/))
    .filter((column) => column[3] === '0A' && column[1].endsWith(':' + (18789).toString(16).toUpperCase()))
    .map((column) => column[1].split(':')[0]),
  environment: fs.readFileSync('/proc/' + pid + '/environ', 'utf8'),
  commandLine: fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8'),
}));
`;
