import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Home, PACKAGE, throwAwayHome } from '../testing/program.ts';
import { KEYS, onTerminal, type Pty } from '../testing/pty.ts';
import { sandboxRecord } from '../testing/record.ts';

const TOKEN = 'a-token-of-ingress-0123456789abcdef';
/** A sandbox of each agent. */
const SANDBOXES = { claw: 'openclaw', wing: 'hermes' };

/** What the program said to the gateway, one entry a request. */
let asked: { authorization: string | undefined; messages: { role: string; content: string }[]; stream: boolean }[] = [];
/** Streams that were left open, and whether the program went away from one. */
let open: ServerResponse[] = [];
let left = 0;

/** Stands for ingress and an agent behind it; `wait` in a question begins an answer that does not end. */
const gateway = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { messages, stream } = JSON.parse(body) as (typeof asked)[number];
  asked.push({ authorization: request.headers.authorization, messages, stream });
  const question = messages.at(-1)?.content ?? '';
  if (question.includes('break')) return void response.writeHead(500).end('{"error":{"message":"it broke"}}');
  const pieces = [`You said `, `${question}, as number `, `${messages.length}.`];
  if (!stream) {
    const message = { role: 'assistant', content: pieces.join('') };
    return void response.end(JSON.stringify({ choices: [{ message, finish_reason: 'stop' }] }));
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (delta: object, finish: string | null = null) =>
    response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`);
  for (const content of pieces) send({ content });
  if (question.includes('wait')) {
    open.push(response);
    response.on('close', () => {
      left += 1;
    });
    return;
  }
  send({}, 'stop');
  response.end('data: [DONE]\n\n');
});

let home: Home;
let pty: Pty | undefined;

beforeAll(async () => {
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  home = throwAwayHome();
  const { port } = gateway.address() as AddressInfo;
  for (const [name, id] of Object.entries(SANDBOXES)) {
    const { agent } = sandboxRecord();
    home.add(sandboxRecord({ name, agent: { ...agent, id }, ingressPort: port }));
    const folder = join(home.path, 'sandboxes', name, 'secrets');
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync(join(folder, 'ingress.token'), TOKEN, { mode: 0o600 });
  }
});
afterEach(() => {
  pty?.process.kill('SIGKILL');
  for (const response of open) response.destroy();
  [asked, open, left] = [[], [], 0];
});
afterAll(() => {
  gateway.close();
  home[Symbol.dispose]();
});

const PROGRAM = join(PACKAGE, 'dist', 'bin.js');
const environment = () => ({
  PATH: process.env.PATH,
  NEMOCLAW_HOME: home.path,
  NEMOCLAW_CACHE_DIR: join(home.path, '..', 'cache'),
});
const start = (name: string): Pty => {
  pty = onTerminal([process.execPath, PROGRAM, name, 'chat'], environment());
  return pty;
};
/** While it runs, this process goes on playing the gateway. */
const inPipe = (args: string[], input = ''): Promise<{ stdout: string; stderr: string }> =>
  new Promise((resolve, reject) => {
    const child = execFile(process.execPath, [PROGRAM, ...args], { env: environment() }, (error, stdout, stderr) =>
      error ? reject(error) : resolve({ stdout, stderr }),
    );
    child.stdin?.end(input);
  });
const childrenOf = (pid: number | undefined): number[] =>
  spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line !== '')
    .map(Number);

describe.each([
  ['OpenClaw', 'claw'],
  ['Hermes', 'wing'],
])('chat with %s', (_agent, name) => {
  it('keeps a conversation on a terminal, streamed, and ends it with Ctrl+D', async () => {
    const terminal = start(name);
    await terminal.sees(/Ctrl\+D ends[^\n]*\n> /);
    terminal.type(`good morning${KEYS.enter}`);
    await terminal.sees(/You said good morning, as number 1\.\n> /);
    terminal.type(`and again${KEYS.enter}`);
    await terminal.sees(/You said and again, as number 3\.\n> /);
    terminal.type(KEYS.ctrlD);
    expect(await terminal.ended()).toBe(0);
    expect(asked.map(({ authorization, stream }) => [authorization, stream])).toEqual([
      [`Bearer ${TOKEN}`, true],
      [`Bearer ${TOKEN}`, true],
    ]);
    expect(asked[1]?.messages).toEqual([
      { role: 'user', content: 'good morning' },
      { role: 'assistant', content: 'You said good morning, as number 1.' },
      { role: 'user', content: 'and again' },
    ]);
    expect(terminal.shown()).not.toContain(TOKEN);
  });

  it('takes one message from an argument or from stdin, and streams it into a pipe', async () => {
    const stdout = 'You said good day, as number 1.\n';
    expect(await inPipe([name, 'chat', 'good day'])).toEqual({ stdout, stderr: '' });
    expect(await inPipe([name, 'chat'], 'good day\n')).toEqual({ stdout, stderr: '' });
    expect(asked).toHaveLength(2);
    expect(asked.every(({ messages }) => messages.length === 1)).toBe(true);
  });
});

it('shows an answer while it comes; Ctrl+C stops it and the conversation goes on', async () => {
  const terminal = start('claw');
  await terminal.sees(/\n> /);
  terminal.type(`wait for it${KEYS.enter}`);
  await terminal.sees(/You said wait for it, as number 1\./);
  expect(left).toBe(0);
  terminal.type(KEYS.ctrlC);
  await terminal.sees(/\(stopped\)\n> /);
  await expect.poll(() => left).toBe(1);
  terminal.type(`now${KEYS.enter}`);
  // What was stopped is not told to the agent again.
  await terminal.sees(/You said now, as number 1\.\n> /);
  terminal.type(KEYS.ctrlC);
  expect(await terminal.ended()).toBe(0);
});

it('goes on after an answer that failed, and ends with an empty line', async () => {
  const terminal = start('wing');
  await terminal.sees(/\n> /);
  terminal.type(`break${KEYS.enter}`);
  await terminal.sees(/\(.*500.*\)\n> /);
  terminal.type(`better${KEYS.enter}`);
  await terminal.sees(/You said better, as number 1\.\n> /);
  terminal.type(KEYS.enter);
  expect(await terminal.ended()).toBe(0);
});

it('ends at once, and says how, when it is told to from elsewhere while it waits for a line', async () => {
  const terminal = start('claw');
  await terminal.sees(/\n> /);
  // `script` has the program as its child.
  const [program] = childrenOf(terminal.process.pid);
  expect(program).toBeGreaterThan(1);
  process.kill(program ?? 0, 'SIGTERM');
  expect(await terminal.ended()).toBe(143);
});
