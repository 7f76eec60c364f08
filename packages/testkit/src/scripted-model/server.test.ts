import { afterEach, describe, expect, it } from 'vitest';
import { type ModelReply, type ScriptedModel, startScriptedModel, status, text, toolCallThenText } from './index.ts';
import type { ScriptedModelOptions } from './server.ts';

let model: ScriptedModel;
afterEach(() => model.close());

const start = async (options: Partial<ScriptedModelOptions> & { reply?: ModelReply } = {}): Promise<void> => {
  const { reply = text('Hello you there'), ...rest } = options;
  model = await startScriptedModel({ models: [{ id: 'm', context: 8192 }], respond: () => reply, ...rest });
};

const post = (body: object, init: RequestInit = {}): Promise<Response> =>
  fetch(`${model.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer key' },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...body }),
    ...init,
  });

const events = (body: string): { choices: { delta: { content?: string } }[] }[] =>
  body
    .split('\n\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)));

describe('answers', () => {
  it('one object, or a stream of words that ends with usage and [DONE]', async () => {
    await start();
    const whole = (await (await post({})).json()) as { choices: unknown[] };
    expect(whole.choices[0]).toMatchObject({ message: { content: 'Hello you there' }, finish_reason: 'stop' });

    const streamed = await (await post({ stream: true })).text();
    const words = events(streamed).flatMap((chunk) => chunk.choices[0]?.delta.content || []);
    expect(words).toEqual(['Hello ', 'you ', 'there']);
    expect(streamed).toContain('"prompt_tokens"');
    expect(streamed.trimEnd()).toMatch(/data: \[DONE\]$/);
  });

  it('a stream held half-way for as long as the test wants', async () => {
    const gate = Promise.withResolvers<void>();
    await start({
      reply: text(
        (async function* () {
          yield 'before';
          await gate.promise;
          yield 'after';
        })(),
      ),
    });
    const reader = (await post({ stream: true })).body!.pipeThrough(new TextDecoderStream()).getReader();
    let seen = '';
    while (!seen.includes('before')) seen += (await reader.read()).value;
    expect(seen).not.toContain('after');
    gate.resolve();
    for (let part = await reader.read(); !part.done; part = await reader.read()) seen += part.value;
    expect(seen).toContain('after');
  });

  it('any status with any body', async () => {
    await start({ reply: status(503, { error: { message: 'busy' } }, { 'retry-after': '2' }) });
    const response = await post({});
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await response.json()).toEqual({ error: { message: 'busy' } });
  });

  it.each([{ stream: true }, { stream: false }])('a connection that breaks in the middle of it (%o)', async (body) => {
    await start({ reply: { kind: 'cut', text: 'half' } });
    await expect(post(body).then((response) => response.text())).rejects.toThrow();
  });

  it('nothing at all, until the client gives up', async () => {
    const gone = Promise.withResolvers<void>();
    await start({ reply: { kind: 'hang', onGone: gone.resolve } });
    const abort = new AbortController();
    const pending = post({}, { signal: abort.signal });
    await expect.poll(() => model.requests.length).toBe(1);
    abort.abort();
    await expect(pending).rejects.toThrow();
    await gone.promise;
  });

  it('500 with the reason when the script itself throws', async () => {
    await start({
      respond: () => {
        throw new Error('bad script');
      },
    });
    const response = await post({});
    expect(response.status).toBe(500);
    expect(await response.text()).toContain('bad script');
  });
});

describe('what it says about itself', () => {
  it('tells its models and their context as vLLM, llama-server and Ollama do', async () => {
    await start();
    const get = (path: string, init?: RequestInit) => fetch(model.url + path, init).then((response) => response.json());
    expect(await get('/v1/models')).toMatchObject({ data: [{ id: 'm', max_model_len: 8192 }] });
    expect(await get('/props')).toMatchObject({ default_generation_settings: { n_ctx: 8192 } });
    expect(await get('/api/show', { method: 'POST', body: '{"model":"m"}' })).toMatchObject({
      model_info: { 'scripted.context_length': 8192 },
    });
    expect((await fetch(`${model.url}/v1/nothing`)).status).toBe(404);
  });

  it('wants its key where it has one, and lets a script decide first', async () => {
    await start({ apiKey: 'key', intercept: ({ path }) => (path === '/v1/models' ? status(500) : undefined) });
    expect((await post({})).status).toBe(200);
    expect((await post({}, { headers: { authorization: 'Bearer other' } })).status).toBe(401);
    expect((await fetch(`${model.baseUrl}/models`)).status).toBe(500);
  });
});

it('keeps every request as it came', async () => {
  await start();
  await fetch(`${model.baseUrl}/models?x=1`);
  await post({ tools: [{ type: 'function', function: { name: 'exec' } }] });
  expect(model.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /v1/models?x=1',
    'POST /v1/chat/completions',
  ]);
  expect(model.requests[1]?.headers.authorization).toBe('Bearer key');
  expect(model.chats()).toMatchObject([{ model: 'm', stream: false, tools: ['exec'] }]);
});

describe('toolCallThenText', () => {
  const script = toolCallThenText({ tool: 'exec', arguments: { command: 'id' } });
  const request = (...messages: { role: 'user' | 'assistant' | 'tool'; content: unknown }[]) =>
    script({
      method: 'POST',
      path: '',
      headers: {},
      body: '',
      json: {},
      model: 'm',
      stream: false,
      tools: [],
      messages,
    });
  const call = { kind: 'toolCall', tool: 'exec', arguments: { command: 'id' } };

  it('asks for the tool, then answers with what it gave', () => {
    expect(request({ role: 'user', content: 'go' })).toEqual(call);
    expect(
      request(
        { role: 'user', content: 'go' },
        { role: 'assistant', content: null },
        { role: 'tool', content: [{ type: 'text', text: 'uid=1' }] },
      ),
    ).toEqual(text('uid=1'));
  });

  it('is not led astray by a message that the agent puts behind the result', () => {
    expect(
      request(
        { role: 'user', content: 'go' },
        { role: 'assistant', content: null },
        { role: 'tool', content: 'uid=1' },
        { role: 'user', content: 'internal' },
      ),
    ).toEqual(text('uid=1'));
  });

  it('asks again in the next turn of the same conversation', () => {
    expect(
      request(
        { role: 'assistant', content: null },
        { role: 'tool', content: 'uid=1' },
        { role: 'assistant', content: 'done' },
        { role: 'user', content: 'once more' },
      ),
    ).toEqual(call);
  });
});
