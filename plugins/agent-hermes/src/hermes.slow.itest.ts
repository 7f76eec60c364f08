import {
  AGENT_TOKEN,
  type AgentSandbox,
  type AgentWorld,
  makeAgentWorld,
  startRealModel,
} from '@nemoclaw/testkit/agent-world';
import {
  type ChatRequest,
  type ModelReply,
  type ScriptedModel,
  startScriptedModel,
  text,
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
  it('belongs to root, nobody else can write to it, and it has no pip', async () => {
    const look = 'find /opt/hermes ( ! -user 0 -o ! -type l -perm /022 ) -o -path */site-packages/pip'.split(' ');
    const result = await world.driver.runHelper({
      name: world.objects.name('look'),
      labels: world.objects.labels,
      image: world.image.id,
      user: '0:0',
      network: 'none',
      argv: ['/usr/bin/find', ...look.slice(1)],
      timeoutMs: 60_000,
    });
    expect(result).toMatchObject({ outcome: 'exited', exitCode: 0, stdout: '' });
  });

  it('is smaller than 400 MB above its base', async () => {
    const base = await world.driver.findImage(world.images.base);
    console.log(`image: ${Math.round((world.image.sizeBytes - base!.sizeBytes) / 1e6)} MB above the base`);
    expect(world.image.sizeBytes - base!.sizeBytes).toBeLessThan(400e6);
  });
});

describe('gateway with a scripted model', () => {
  let sandbox: AgentSandbox;

  beforeAll(async () => {
    sandbox = await world.sandbox({ profile: 'full', model: scriptedModel() });
    await sandbox.started();
  });

  it('refuses another token', async () => {
    const wrong = { turns: [], token: 'not-it', ingressUrl: await sandbox.ingressUrl() };
    await expect(agent.chat(wrong, never)).rejects.toMatchObject({ code: 'CHAT_FAILED', details: { status: 401 } });
  });

  it('has no secret in its environment and command line', async () => {
    const { stdout } = await sandbox.run([
      '/bin/sh',
      '-c',
      'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" "\\n"',
    ]);
    expect(stdout.toString()).toContain('HERMES_HOME=/home/gateway/.hermes');
    expect(stdout.toString()).not.toContain(AGENT_TOKEN);
  });

  it('answers in pieces', async () => {
    respond = () => text('Hello from the script.');
    const pieces: string[] = [];
    const { text: whole } = await chat(sandbox, 'Hi', (piece) => pieces.push(piece));
    expect(pieces.length).toBeGreaterThan(1);
    expect([pieces.join(''), whole]).toEqual(['Hello from the script.', 'Hello from the script.']);
  });

  it('lets a running answer end on its stop signal, admits no other, and exits as expected', async () => {
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
    await Promise.race([first.promise, answer]);
    const { stop } = sandbox.output.runtime;
    const stopped = world.driver.stop(sandbox.id, { timeoutSeconds: stop.drainMs / 1000 });
    // Draining has begun once nobody else is let in.
    await expect
      .poll(
        () =>
          chat(sandbox, 'me too', undefined, AbortSignal.timeout(1_000)).catch(
            (error: { details?: { status: number } }) => error.details?.status,
          ),
        { timeout: 10_000 },
      )
      .toBe(503);
    gate.resolve();
    await expect(answer).resolves.toMatchObject({ text: 'before, after.' });
    await stopped;
    expect(stop.expectedExitCodes).toContain(await sandbox.ended(5_000));
  });
});

it('lives on with a configuration that does not parse, but not on the port that is asked', async () => {
  const sandbox = await world.sandbox({
    profile: 'full',
    model: scriptedModel(),
    sealed: { 'config.yaml': 'model: [unclosed\n' },
  });
  await expect.poll(() => sandbox.lastLines(), { timeout: 20_000 }).toContain('Failed to process config.yaml');
  await expect(sandbox.ask(agent.ping.path)).rejects.toThrow();
  await world.driver.remove(sandbox.id, { force: true });
});

describe('prompt profiles', () => {
  let model: Awaited<ReturnType<typeof startRealModel>>;

  beforeAll(async () => {
    model = await startRealModel(world, scripted.port + 1, process.env);
  });

  it.each([
    ['full', ['terminal', 'read_file', 'memory']],
    ['compact', ['terminal']],
  ])('%s takes no more of the context than it says, and offers its tools', async (id, tools) => {
    respond = () => text('Hello.');
    const sandbox = await world.sandbox({ profile: id, model: scriptedModel() });
    await sandbox.started();
    await chat(sandbox, 'What is the capital of France?');
    const request = scripted.chats().at(-1)!;
    expect(request.tools).toEqual(expect.arrayContaining(tools));
    expect(request.tools).not.toContain('cronjob');
    const { messages, tools: definitions } = request.json as { messages: unknown; tools: unknown };
    const tokens = await model.tokens(JSON.stringify({ messages, tools: definitions }));
    console.log(`prompt of ${id}: ${tokens} tokens, ${request.tools.length} tools`);
    expect(tokens).toBeLessThanOrEqual(profile(id).promptTokens);
    // A number far too large would refuse models that are good enough.
    expect(tokens).toBeGreaterThan(profile(id).promptTokens * 0.85);
    await world.driver.remove(sandbox.id, { force: true });
  });
});
