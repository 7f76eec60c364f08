import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openAiChat } from './chat.ts';

const chat = openAiChat({ title: 'Sample', model: 'sample-agent' });

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function gateway(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ask = (ingressUrl: string, onText?: (text: string) => void, signal = new AbortController().signal) =>
  chat({ turns: [{ role: 'user', content: 'Hi' }], token: 't0k3n', ingressUrl, ...(onText ? { onText } : {}) }, signal);

const bodyOf = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  let body = '';
  for await (const chunk of request) body += chunk;
  return JSON.parse(body);
};

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const delta = (content: string): string => event({ choices: [{ delta: { content }, finish_reason: null }] });
const END = event({ choices: [{ delta: {}, finish_reason: 'stop' }] });
const USAGE = event({ choices: [], usage: { prompt_tokens: 7 } });

describe('chat without streaming', () => {
  it('sends the conversation with the token and reads the answer', async () => {
    const seen: unknown[] = [];
    const url = await gateway(async (request, response) => {
      seen.push(request.method, request.url, request.headers.authorization, await bodyOf(request));
      response.end(
        JSON.stringify({
          choices: [{ message: { content: 'Hello.' }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 2312, completion_tokens: 3 },
        }),
      );
    });
    await expect(ask(url)).resolves.toEqual({
      text: 'Hello.',
      finishReason: 'stop',
      usage: { prompt_tokens: 2312, completion_tokens: 3 },
    });
    expect(seen).toEqual([
      'POST',
      '/v1/chat/completions',
      'Bearer t0k3n',
      { model: 'sample-agent', messages: [{ role: 'user', content: 'Hi' }], stream: false },
    ]);
  });

  it.each([
    [401, '{"error":{"message":"Unauthorized","type":"unauthorized"}}', 'Unauthorized'],
    [503, 'draining\nsecond line', 'draining'],
    [408, '{"error":{"message":"upstream provider timeout"}}', 'upstream provider timeout'],
    [500, '\u001b[31mred', '[31mred'],
  ])('answers %i with the first line of the body', async (status, body, line) => {
    const url = await gateway((_, response) => response.writeHead(status).end(body));
    await expect(ask(url)).rejects.toMatchObject({
      code: 'CHAT_FAILED',
      message: `Sample answered ${status}: ${line}`,
      details: { status, body: line },
    });
  });

  it.each([
    ['no JSON', '<html>'],
    ['no message', '{"choices":[]}'],
  ])('refuses an answer with %s', async (_, body) => {
    const url = await gateway((_request, response) => response.end(body));
    await expect(ask(url)).rejects.toMatchObject({
      code: 'CHAT_FAILED',
      message: expect.stringContaining('not usable'),
    });
  });

  it('says so when nobody is there', async () => {
    const url = await gateway(() => {});
    server?.close();
    await expect(ask(url)).rejects.toMatchObject({
      code: 'CHAT_FAILED',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('follows no redirect: the token would go along', async () => {
    let followed = false;
    const url = await gateway((request, response) => {
      if (request.url === '/elsewhere') followed = true;
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    await expect(ask(url)).rejects.toMatchObject({ code: 'CHAT_FAILED' });
    expect(followed).toBe(false);
  });

  it('stops reading an answer without end', async () => {
    const url = await gateway((_, response) => {
      const block = Buffer.alloc(256 * 1024, 'x');
      const more = (): void => {
        while (!response.destroyed && response.write(block));
      };
      response.on('drain', more);
      more();
    });
    await expect(ask(url)).rejects.toMatchObject({
      code: 'CHAT_FAILED',
      message: expect.stringContaining('more than'),
    });
  });
});

describe('chat with streaming', () => {
  it('hands the pieces on, however the bytes were cut', async () => {
    const url = await gateway((_, response) => {
      const bytes = Buffer.from(`${delta('Grüße')}: ping\n\n${delta(' an alle')}${END}${USAGE}data: [DONE]\n\n`);
      // In the middle of the ü.
      const cut = bytes.indexOf(0xc3) + 1;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(bytes.subarray(0, cut), () => response.end(bytes.subarray(cut)));
    });
    const pieces: string[] = [];
    await expect(ask(url, (piece) => pieces.push(piece))).resolves.toEqual({
      text: 'Grüße an alle',
      finishReason: 'stop',
      usage: { prompt_tokens: 7 },
    });
    expect(pieces).toEqual(['Grüße', ' an alle']);
  });

  it('fails when the stream breaks off, although some text came', async () => {
    const url = await gateway((_, response) => response.end(delta('Half an')));
    const pieces: string[] = [];
    await expect(ask(url, (piece) => pieces.push(piece))).rejects.toMatchObject({
      code: 'CHAT_FAILED',
      message: expect.stringContaining('half-way'),
    });
    expect(pieces).toEqual(['Half an']);
  });

  it('fails with the error that the stream holds', async () => {
    const url = await gateway((_, response) =>
      response.end(`${event({ error: { message: 'agent timed out' } })}data: [DONE]\n\n`),
    );
    await expect(ask(url, () => {})).rejects.toMatchObject({ message: expect.stringContaining('agent timed out') });
  });
});

it('ends with the reason of the abort, and lets go of the connection', async () => {
  const closed = Promise.withResolvers<void>();
  const abort = new AbortController();
  const url = await gateway((_, response) => {
    response.on('close', closed.resolve);
    response.writeHead(200).write(delta('One'));
  });
  const reason = new Error('the user pressed Ctrl+C');
  await expect(ask(url, () => abort.abort(reason), abort.signal)).rejects.toBe(reason);
  await closed.promise;
});
