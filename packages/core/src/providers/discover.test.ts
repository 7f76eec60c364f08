import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CodedError } from '@nemoclaw/plugin-api';
import { afterEach, describe, expect, it } from 'vitest';
import { type ChooseProviderInput, chooseProvider } from './discover.ts';
import { PROVIDERS, type ProviderRecord } from './records.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

type Reply = object | string | ((request: IncomingMessage, response: ServerResponse) => void);
interface TestServer {
  url: string;
  requests: IncomingMessage[];
  close(): Promise<void>;
}

/** A real server on loopback: `METHOD path` → JSON, text, or what a function does. Anything else is 404. */
const serve = async (routes: Record<string, Reply>): Promise<TestServer> => {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const reply = routes[`${request.method} ${request.url}`];
    if (typeof reply === 'function') reply(request, response);
    else if (reply === undefined) response.writeHead(404).end('no such thing');
    else response.end(typeof reply === 'string' ? reply : JSON.stringify(reply));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, requests, close };
};

const models = (...ids: (string | object)[]) => ({
  object: 'list',
  data: ids.map((id) => (typeof id === 'string' ? { id, object: 'model' } : id)),
});
const status =
  (code: number, body = '') =>
  (_request: IncomingMessage, response: ServerResponse): void =>
    void response.writeHead(code).end(body);

const choose = (input: Partial<ChooseProviderInput>) =>
  chooseProvider({ provider: 'openai-compatible', records: PROVIDERS, fetch, ...input });
const failureOf = async (input: Partial<ChooseProviderInput>): Promise<CodedError> => {
  try {
    await choose(input);
  } catch (error) {
    return error as CodedError;
  }
  throw new Error('it was accepted');
};
const closedUrl = async (): Promise<string> => {
  const server = await serve({});
  await server.close();
  return server.url;
};

describe('a provider by name', () => {
  it('is asked for its models and seen from both sides of the bridge', async () => {
    const server = await serve({ 'GET /v1/models': models({ id: 'm', max_model_len: 8192 }) });
    const choice = await choose({ provider: 'vllm', endpoint: server.url });
    expect(choice).toMatchObject({ model: 'm', contextTokens: 8192, hostBaseUrl: server.url });
    expect(choice.relayBaseUrl).toBe(server.url.replace('127.0.0.1', 'host.nemoclaw.internal'));
    expect(choice.record.id).toBe('vllm');
    expect(choice.why).toContain('its only one');
  });

  it('gets the credential as its record says', async () => {
    const server = await serve({ 'GET /v1/models': models('m') });
    await choose({ endpoint: server.url, credential: 'secret-key' });
    await choose({ provider: 'anthropic', endpoint: server.url, credential: 'secret-key' });
    await choose({ endpoint: server.url });
    const lists = server.requests.filter(({ url }) => url === '/v1/models');
    expect(
      lists.map(({ headers }) => [headers.authorization, headers['x-api-key'], headers['anthropic-version']]),
    ).toEqual([
      ['Bearer secret-key', undefined, undefined],
      [undefined, 'secret-key', '2023-06-01'],
      [undefined, undefined, undefined],
    ]);
  });

  it.each(['nvidia', 'openai', 'anthropic'])('%s is not even asked without a credential', async (provider) => {
    const server = await serve({});
    const error = await failureOf({ provider, endpoint: server.url });
    expect(error.code).toBe('CREDENTIAL_MISSING');
    expect(error.hint).toMatch(/--credential-env [A-Z_]+/);
    expect(server.requests).toEqual([]);
  });

  it('must be known, and some need an endpoint', async () => {
    expect((await failureOf({ provider: 'skynet' })).code).toBe('PROVIDER_UNKNOWN');
    expect(await failureOf({})).toMatchObject({ code: 'USAGE', hint: expect.stringContaining('--endpoint') });
  });

  it.each([
    [status(401), 'k', 'PROVIDER_UNAUTHORIZED'],
    [status(403), 'k', 'PROVIDER_UNAUTHORIZED'],
    [status(401), undefined, 'CREDENTIAL_MISSING'],
    [status(500, 'out of\u001b[31m memory'), 'k', 'PROVIDER_DOWN'],
    ['<html>', 'k', 'PROVIDER_DOWN'],
    [{ hello: 'world' }, 'k', 'PROVIDER_DOWN'],
    [{ data: [] }, 'k', 'MODEL_NOT_FOUND'],
  ])('that answers %j (credential %s) is %s', async (reply, credential, code) => {
    const server = await serve({ 'GET /v1/models': reply });
    const error = await failureOf({ endpoint: server.url, ...(credential ? { credential } : {}) });
    expect(error.code).toBe(code);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be in it.
    expect(error.message).not.toMatch(/\u001b/);
  });

  it('that is not there is down, in plain words', async () => {
    const url = await closedUrl();
    expect(await failureOf({ endpoint: url })).toMatchObject({
      code: 'PROVIDER_DOWN',
      message: expect.stringContaining(`${url}: connection refused`),
    });
  });

  it('can’t send us elsewhere', async () => {
    const other = await serve({ 'GET /v1/models': models('m') });
    const server = await serve({
      'GET /v1/models': (_request, response) => void response.writeHead(302, { location: `${other.url}/models` }).end(),
    });
    expect(await failureOf({ endpoint: server.url })).toMatchObject({
      code: 'PROVIDER_DOWN',
      message: expect.stringContaining('redirect (302)'),
    });
    expect(other.requests).toEqual([]);
  });

  it('can’t flood us', async () => {
    let closed = false;
    const server = await serve({
      'GET /v1/models': (_request, response) => {
        response.on('close', () => {
          closed = true;
        });
        const more = (): void => {
          while (!closed && response.write(Buffer.alloc(1 << 16, 'x'))) {
            // until the socket is full
          }
        };
        response.on('drain', more);
        more();
      },
    });
    expect(await failureOf({ endpoint: server.url })).toMatchObject({
      message: expect.stringContaining('more than 1048576 bytes'),
    });
    await expect.poll(() => closed).toBe(true);
  });

  it('can’t hold us up', async () => {
    const server = await serve({ 'GET /v1/models': () => {} });
    const error = await failureOf({ endpoint: server.url, limits: { bytes: 1000, timeoutMs: 50 } });
    expect(error.message).toContain('no answer within 0.05 s');
  });

  it('is left at once on Ctrl+C', async () => {
    const controller = new AbortController();
    const server = await serve({ 'GET /v1/models': () => controller.abort({ signal: 'SIGINT' }) });
    expect((await failureOf({ endpoint: server.url, signal: controller.signal })).code).toBe('INTERRUPTED');
  });
});

describe('the model', () => {
  it('is the named one, or with Ollama its latest', async () => {
    const server = await serve({ 'GET /v1/models': models('a', 'b', 'qwen3:latest') });
    expect((await choose({ endpoint: server.url, model: 'b' })).model).toBe('b');
    expect((await choose({ provider: 'ollama', endpoint: server.url, model: 'qwen3' })).model).toBe('qwen3:latest');
  });

  it('that is not there is refused with at most ten that are', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `model-${index}`);
    const server = await serve({ 'GET /v1/models': models(...ids) });
    const error = await failureOf({ endpoint: server.url, model: 'nope' });
    expect(error).toMatchObject({ code: 'MODEL_NOT_FOUND', details: { models: ids.slice(0, 10), count: 12 } });
    expect(error.hint).toContain('model-9 and 2 more');
  });

  it('has to be named at a remote provider with several', async () => {
    const server = await serve({ 'GET /v1/models': models('a', 'b') });
    expect((await failureOf({ provider: 'openai', endpoint: server.url, credential: 'k' })).hint).toContain('a, b');
  });

  it('is the first one at a local provider, but none that only embeds', async () => {
    const server = await serve({ 'GET /v1/models': models('nomic-embed-text', 'a', 'b') });
    expect(await choose({ provider: 'ollama', endpoint: server.url })).toMatchObject({ model: 'a' });
  });

  it('has an id that can stand in a command; others are not seen', async () => {
    const server = await serve({
      'GET /v1/models': models('a b', '$(reboot)', 'x'.repeat(129), { id: 7 }, 'org/Model-1.5:q4_K@main+x'),
    });
    expect((await choose({ endpoint: server.url })).models.map(({ id }) => id)).toEqual(['org/Model-1.5:q4_K@main+x']);
  });
});

describe('the size of the context', () => {
  const ask = async (provider: string, routes: Record<string, Reply>, entry: object = { id: 'm' }) => {
    const server = await serve({ 'GET /v1/models': models(entry), ...routes });
    const choice = await choose({ provider, endpoint: server.url });
    return choice.contextTokens;
  };

  it.each([
    ['vllm', {}, { id: 'm', max_model_len: 32_768 }, 32_768],
    ['vllm', {}, { id: 'm', max_model_len: 1 }, 512],
    ['vllm', {}, { id: 'm', max_model_len: 1e12 }, 10_000_000],
    ['vllm', {}, { id: 'm', max_model_len: 'many' }, 4_096],
    ['vllm', {}, { id: 'm' }, 4_096],
    ['openai-compatible', {}, { id: 'm', context_length: 16_384 }, 16_384],
    ['llamacpp', {}, { id: 'm', meta: { n_ctx_train: 131_072 } }, 4_096],
    ['llamacpp', {}, { id: 'm', meta: { n_ctx: 2_048 } }, 2_048],
    [
      'llamacpp',
      { 'GET /props': { default_generation_settings: { n_ctx: 8_192 } } },
      { id: 'm', meta: { n_ctx_train: 131_072 } },
      8_192,
    ],
    ['ollama', { 'GET /api/ps': { models: [{ name: 'm', context_length: 65_536 }] } }, { id: 'm' }, 65_536],
    [
      'ollama',
      {
        'POST /api/show': {
          parameters: 'stop "x"\nnum_ctx                        16384',
          model_info: { 'llama.context_length': 131_072 },
        },
      },
      { id: 'm' },
      16_384,
    ],
    ['ollama', { 'POST /api/show': { model_info: { 'llama.context_length': 131_072 } } }, { id: 'm' }, 4_096],
    ['ollama', { 'POST /api/show': { model_info: { 'llama.context_length': 2_048 } } }, { id: 'm' }, 2_048],
    [
      'lmstudio',
      { 'GET /api/v0/models': { data: [{ id: 'm', max_context_length: 131_072, loaded_context_length: 10_000 }] } },
      { id: 'm' },
      10_000,
    ],
    ['lmstudio', { 'GET /api/v0/models': { data: [{ id: 'm', max_context_length: 131_072 }] } }, { id: 'm' }, 131_072],
  ])('%s with %j and %j is %i', async (provider, routes, entry, expected) => {
    expect(await ask(provider, routes, entry)).toBe(expected);
  });

  it('says where it is from', async () => {
    const server = await serve({
      'GET /v1/models': models('m'),
      'GET /props': { default_generation_settings: { n_ctx: 8_192 } },
    });
    expect((await choose({ provider: 'llamacpp', endpoint: server.url })).why).toContain('8192 tokens from /props');
  });
});

describe('auto', () => {
  const at = (urls: Record<string, string>): ProviderRecord[] =>
    PROVIDERS.filter(({ id }) => urls[id]).map((record) => ({ ...record, baseUrl: urls[record.id] ?? '' }));

  it('takes the first local one of the table that answers', async () => {
    const down = await closedUrl();
    const vllm = await serve({ 'GET /v1/models': models('on-vllm') });
    const llamacpp = await serve({ 'GET /v1/models': models('on-llamacpp') });
    const records = at({ ollama: down, vllm: vllm.url, llamacpp: llamacpp.url });
    expect(await choose({ provider: 'auto', records })).toMatchObject({ record: { id: 'vllm' }, model: 'on-vllm' });
  });

  it('takes the one that has the model that was named, or any model at all', async () => {
    const empty = await serve({ 'GET /v1/models': { data: [] } });
    const vllm = await serve({ 'GET /v1/models': models('a') });
    const llamacpp = await serve({ 'GET /v1/models': models('b') });
    const records = at({ ollama: empty.url, vllm: vllm.url, llamacpp: llamacpp.url });
    expect((await choose({ provider: 'auto', records, model: 'b' })).record.id).toBe('llamacpp');
    expect((await choose({ provider: 'auto', records })).record.id).toBe('vllm');
  });

  it('asks an address once and shows nobody a credential', async () => {
    const server = await serve({ 'GET /v1/models': models('m') });
    await choose({ provider: 'auto', records: at({ vllm: server.url, nim: server.url }), credential: 'secret-key' });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('says what it looked at when nobody answers', async () => {
    const down = await closedUrl();
    const locked = await serve({ 'GET /v1/models': status(401) });
    const error = await failureOf({
      provider: 'auto',
      records: at({ ollama: down, llamacpp: locked.url, openai: 'https://unused.invalid/v1' }),
    });
    expect(error.code).toBe('PROVIDER_NOT_FOUND');
    expect(error.message).toContain(
      `ollama at ${down}: connection refused; llamacpp at ${locked.url}: it answered 401`,
    );
    expect(error.message).not.toContain('unused');
  });

  it('with an endpoint asks just that', async () => {
    const server = await serve({
      'GET /v1/models': models('m'),
      'GET /props': { default_generation_settings: { n_ctx: 8_192 } },
    });
    const choice = await choose({ provider: 'auto', endpoint: server.url });
    expect(choice).toMatchObject({ record: { id: 'openai-compatible' }, contextTokens: 8_192 });
  });
});
