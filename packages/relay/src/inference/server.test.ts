import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLog } from '../log.ts';
import { createSelfTest } from '../selftest/selftest.ts';
import { makeCertificate } from '../testing/certificate.ts';
import { loadedFrom, makeConfig, TEST_KEY } from '../testing/config.ts';
import { type Call, call, freePort, onLoopback, open, portOf, serveHttp, until } from '../testing/http.ts';
import { startInference } from './server.ts';

const certificate = await makeCertificate('inference.local');
const CHAT = { method: 'POST', path: '/v1/chat/completions', headers: { 'content-type': 'application/json' } };

const start = async (overrides: Parameters<typeof makeConfig>[0]) => {
  const lines: string[] = [];
  const log = createLog(
    (line) => lines.push(line),
    () => new Date(),
  );
  const server = await startInference(
    loadedFrom(makeConfig(overrides), certificate),
    '127.0.0.1',
    log,
    createSelfTest(() => 0),
  );
  onTestFinished(() => server.close(0));
  const at = (what: Omit<Call, 'port' | 'ca'>): Call => ({
    ...what,
    port: portOf(server.address),
    ca: certificate.cert,
  });
  return { server, at, lines };
};

/** A relay in front of a provider that answers with `listener`. */
const startWith = async (
  listener: (req: IncomingMessage, res: ServerResponse) => void,
  overrides: Parameters<typeof makeConfig>[0] = {},
) => start({ baseUrl: `http://127.0.0.1:${await serveHttp(listener)}/v1`, ...overrides });

const errorOf = (body: string): Record<string, string> => JSON.parse(body).error;

describe('inference.local', () => {
  it('passes a call on with the key of the record instead of the client’s, and its answer back without cookies', async () => {
    let seen: { url?: string | undefined; headers?: IncomingMessage['headers']; body?: string } = {};
    const { server, at, lines } = await startWith(async (req, res) => {
      seen = { url: req.url, headers: req.headers, body: await text(req) };
      res.setHeader('set-cookie', 'a=b').setHeader('content-type', 'application/json').end('{"ok":true}');
    });
    const headers = { authorization: 'Bearer of-the-agent', cookie: 'x=y', 'content-type': 'application/json' };
    const reply = await call(at({ ...CHAT, headers, body: '{"secret":"of the prompt"}' }));
    expect(reply).toMatchObject({ status: 200, text: '{"ok":true}' });
    expect(reply.headers['set-cookie']).toBeUndefined();
    expect(seen).toMatchObject({ url: '/v1/chat/completions', body: '{"secret":"of the prompt"}' });
    expect(seen.headers).toMatchObject({ authorization: `Bearer ${TEST_KEY}`, 'content-length': '26' });
    expect(seen.headers?.cookie).toBeUndefined();
    expect(server.status()).toEqual({ requests: 1, refused: 0, upstreamErrors: 0, active: 0, lastStatus: 200 });
    expect(lines.join('')).not.toMatch(/sk-|of-the-agent|of the prompt/);
  });

  it('appends to the base of the provider’s API, whatever it is', async () => {
    const paths: (string | undefined)[] = [];
    const port = await serveHttp((req, res) => {
      paths.push(req.url);
      res.end('{}');
    });
    const { at } = await start({ baseUrl: `http://127.0.0.1:${port}/openai/v1beta/` });
    await call(at({ path: '/v1/models?limit=5' }));
    expect(paths).toEqual(['/openai/v1beta/models?limit=5']);
  });

  it.each([
    ['DELETE', '/v1/models/llama3'],
    ['GET', '/v1/files'],
    ['POST', '/api/delete'],
    ['POST', '/v1/chat%2Fcompletions'],
    ['GET', '/v1/../v1/models'],
    ['GET', '//v1/models'],
    ['GET', '/v1/models?key=x'],
  ])('refuses %s %s without asking the provider', async (method, path) => {
    let asked = 0;
    const { server, at } = await startWith((_req, res) => {
      asked += 1;
      res.end();
    });
    const reply = await call(at({ method, path }));
    expect(reply.status).toBe(403);
    expect(errorOf(reply.text)).toMatchObject({ type: 'nemoclaw_policy', layer: 'policy' });
    expect(asked).toBe(0);
    expect(server.status().refused).toBe(1);
  });

  it('follows no redirect: the key goes nowhere else', async () => {
    let elsewhere = 0;
    const other = await serveHttp((_req, res) => {
      elsewhere += 1;
      res.end();
    });
    const { at } = await startWith((_req, res) => {
      res.writeHead(307, { location: `http://127.0.0.1:${other}/v1/models` }).end();
    });
    const reply = await call(at({ path: '/v1/models' }));
    expect(reply.status).toBe(502);
    expect(reply.headers.location).toBeUndefined();
    expect(errorOf(reply.text)).toMatchObject({ code: 'provider_redirect', layer: 'http' });
    expect(elsewhere).toBe(0);
  });

  it('passes errors of the provider on, but not its words about the key', async () => {
    const { at } = await startWith((req, res) => {
      req.resume();
      if (req.method === 'POST') res.writeHead(400).end('{"error":"too long"}');
      else res.writeHead(401).end(`{"error":"incorrect key ${TEST_KEY}"}`);
    });
    expect(await call(at({ ...CHAT, body: '{}' }))).toMatchObject({ status: 400, text: '{"error":"too long"}' });
    const refused = await call(at({ path: '/v1/models' }));
    expect(refused.status).toBe(401);
    expect(refused.text).not.toContain(TEST_KEY);
    expect(errorOf(refused.text).code).toBe('provider_key_refused');
  });

  it('answers 413 to a body over the bound, declared or not', async () => {
    const { at } = await startWith((req, res) => req.resume().on('end', () => res.end('{}')), {
      limits: { bodyBytes: 1_000 },
    });
    const large = Buffer.alloc(200_000, 'x');
    expect((await call(at({ ...CHAT, body: large }))).status).toBe(413);
    const chunked = { ...CHAT.headers, 'transfer-encoding': 'chunked' };
    expect((await call(at({ ...CHAT, headers: chunked, body: large }))).status).toBe(413);
    expect((await call(at({ ...CHAT, headers: chunked, body: large.subarray(0, 1_000) }))).status).toBe(200);
    expect((await call(at({ ...CHAT, headers: { 'content-encoding': 'gzip' }, body: 'x' }))).status).toBe(415);
  });

  it('answers 429 with Retry-After while as many calls as allowed are under way', async () => {
    const waiting: ServerResponse[] = [];
    const { server, at } = await startWith((_req, res) => void waiting.push(res), { limits: { concurrent: 1 } });
    const first = call(at({ path: '/v1/models' }));
    await until(() => waiting.length === 1);
    const second = await call(at({ path: '/v1/models' }));
    expect(second).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    waiting[0]?.end('{}');
    expect((await first).status).toBe(200);
    expect(server.status().active).toBe(0);
  });

  it('says which layer failed when the provider is not there', async () => {
    const refused = await start({ baseUrl: `http://127.0.0.1:${await freePort()}/v1` });
    const reply = await call(refused.at({ ...CHAT, body: '{}' }));
    expect(reply.status).toBe(502);
    expect(errorOf(reply.text)).toMatchObject({ type: 'nemoclaw_upstream', layer: 'tcp', code: 'provider_refused' });
    expect(refused.server.status()).toMatchObject({ upstreamErrors: 1, lastStatus: 502 });

    const unknown = await start({ baseUrl: 'http://does-not-exist.invalid/v1' });
    expect(errorOf((await call(unknown.at({ path: '/v1/models' }))).text)).toMatchObject({ layer: 'dns' });

    const hangUp = await onLoopback(createServer((socket) => socket.destroy()));
    const broken = await start({ baseUrl: `http://127.0.0.1:${hangUp}/v1` });
    const lost = await call(broken.at({ path: '/v1/models' }));
    expect(lost.status).toBe(502);
    expect(errorOf(lost.text)).toMatchObject({ layer: 'http', code: 'provider_broken' });
  });

  it('verifies the provider’s certificate, against its own CA where the record has one', async () => {
    const own = await makeCertificate('localhost');
    const port = await onLoopback(createTlsServer(own, (_req, res) => void res.end('{}')));
    const baseUrl = `https://localhost:${port}/v1`;
    const untrusting = await start({ baseUrl });
    const reply = await call(untrusting.at({ path: '/v1/models' }));
    expect(reply.status).toBe(502);
    expect(errorOf(reply.text)).toMatchObject({ layer: 'tls' });

    untrusting.server.reload({ ...loadedFrom(makeConfig({ baseUrl }), certificate), providerCa: own.cert });
    expect((await call(untrusting.at({ path: '/v1/models' }))).status).toBe(200);
  });

  it('answers 504 when the provider does not begin in time', async () => {
    const slow = await startWith(() => {}, { limits: { totalTimeoutMs: 100 } });
    const reply = await call(slow.at({ path: '/v1/models' }));
    expect(reply.status).toBe(504);
    expect(errorOf(reply.text).code).toBe('provider_timeout');
    const headers = await startWith(() => {}, { limits: { headersTimeoutMs: 100 } });
    expect((await call(headers.at({ path: '/v1/models' }))).status).toBe(504);
  });

  it('cuts an answer off that falls silent or goes on for too long', async () => {
    const stall = (_req: IncomingMessage, res: ServerResponse): void => void res.writeHead(200).write('data: 1\n\n');
    for (const limits of [{ totalTimeoutMs: 150 }, { idleTimeoutMs: 150 }]) {
      const { server, at } = await startWith(stall, { limits });
      const response = await open(at({ ...CHAT, body: '{}' }));
      await expect(text(response)).rejects.toThrow();
      await until(() => server.status().upstreamErrors === 1);
    }
  });

  it('lets the first event of a stream through before the last is sent', async () => {
    let finish = (): void => {};
    const { at } = await startWith((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\n\n');
      finish = () => void res.end('data: last\n\n');
    });
    const response = await open(at({ ...CHAT, body: '{"stream":true}' }));
    const [first] = await once(response, 'data');
    expect(String(first)).toBe('data: first\n\n');
    finish();
    expect(await text(response)).toBe('data: last\n\n');
  });

  it('holds a fast provider back while the client does not read', async () => {
    const total = 64 * 1024 * 1024;
    let written = 0;
    const { at } = await startWith((_req, res) => {
      const more = (): void => {
        while (written < total) {
          written += 65_536;
          if (!res.write(Buffer.alloc(65_536))) return void res.once('drain', more);
        }
        res.end();
      };
      more();
    });
    const response = await open(at({ ...CHAT, body: '{}' }));
    response.pause();
    let last = { written: -1, at: 0 };
    await until(() => {
      if (written !== last.written) last = { written, at: performance.now() };
      return performance.now() - last.at > 200;
    });
    expect(written).toBeLessThan(total);
    let received = 0;
    for await (const chunk of response) received += (chunk as Buffer).length;
    expect(received).toBe(total);
  });

  it('ends the provider’s work when the client goes away, before and during the answer', async () => {
    for (const begun of [false, true]) {
      let gone = false;
      let asked = false;
      const { server, at } = await startWith((_req, res) => {
        asked = true;
        res.on('close', () => {
          gone = true;
        });
        if (begun) res.writeHead(200).write('data: 1\n\n');
      });
      const client = new AbortController();
      const response = open(at({ ...CHAT, body: '{}', signal: client.signal }));
      await until(() => asked);
      if (begun) await response;
      client.abort();
      if (!begun) await expect(response).rejects.toThrow();
      await until(() => gone && server.status().active === 0);
    }
  });

  it('takes a new certificate and a new provider without losing its port', async () => {
    const { server, at } = await startWith((_req, res) => void res.end('old'));
    expect((await call(at({ path: '/v1/models' }))).text).toBe('old');
    const renewed = await makeCertificate('inference.local');
    const port = await serveHttp((_req, res) => void res.end('new'));
    server.reload(loadedFrom(makeConfig({ baseUrl: `http://127.0.0.1:${port}/v1` }), renewed));
    expect((await call({ ...at({ path: '/v1/models' }), ca: renewed.cert })).text).toBe('new');
    await expect(call(at({ path: '/v1/models' }))).rejects.toThrow(/self-signed|certificate/i);
  });
});
