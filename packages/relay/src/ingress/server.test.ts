import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFrontDoor } from '../testing/front-door.ts';
import { call, freePort, onLoopback, open, serveHttp, until } from '../testing/http.ts';
import { errorOf, startAt } from '../testing/ingress.ts';

describe('ingress', () => {
  it('passes requests of any kind to the gateway behind the front door', async () => {
    const door = await startFrontDoor(async (req, res) => {
      res
        .setHeader('x-agent', 'yes')
        .writeHead(201)
        .end(`${req.method} ${req.url} ${await text(req)}`);
    });
    const { server, ask } = await startAt(door.port);
    const reply = await ask({ method: 'PUT', path: '/a/../b?c=%2f', body: 'hello' });
    expect(reply).toMatchObject({ status: 201, text: 'PUT /a/../b?c=%2f hello' });
    expect(reply.headers['x-agent']).toBe('yes');
    expect((await ask({ method: 'POST', headers: { 'transfer-encoding': 'chunked' }, body: 'abc' })).text).toBe(
      'POST / abc',
    );
    expect(server.status()).toMatchObject({ requests: 2, active: 0, held: 0, expired: 0 });
  });

  it('tells the gateway who asks in its own words, not in the client’s', async () => {
    let seen: IncomingHttpHeaders = {};
    const door = await startFrontDoor((req, res) => {
      seen = req.headers;
      res.end();
    });
    const { ask, port } = await startAt(door.port);
    const claims = {
      'x-forwarded-for': '10.9.9.9',
      'x-forwarded-user': 'admin',
      forwarded: 'for=10.9.9.9',
      'x-real-ip': '10.9.9.9',
    };
    const hop = { connection: 'close, x-hop', 'x-hop': '1', te: 'trailers', 'proxy-authorization': 'Basic eA==' };
    await ask({ headers: { ...claims, ...hop, authorization: 'Bearer token', host: 'sandbox.example' } });
    expect(seen).toEqual({
      authorization: 'Bearer token',
      host: 'sandbox.example',
      connection: 'close',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'sandbox.example',
      'x-forwarded-port': '80',
      'x-forwarded-proto': 'http',
    });
    await ask();
    expect(seen['x-forwarded-port']).toBe(String(port));
  });

  describe('a gateway that dies in an answer', () => {
    const dieAfter = async (type: string, sent: string) => {
      let die = (): void => {};
      const door = await startFrontDoor((_req, res) => {
        res.writeHead(200, { 'content-type': type }).write(sent);
        die = () => void res.destroy();
      });
      const { server, port } = await startAt(door.port);
      const response = await open({ port });
      // Piece by piece: the first is there while the second is not.
      expect(String((await once(response, 'data'))[0])).toBe(sent);
      die();
      return { rest: text(response), over: () => until(() => server.status().active === 0) };
    };

    it('is answered for, when nothing but its head had come', async () => {
      const door = await startFrontDoor((_req, res) => {
        res.writeHead(200, { 'content-type': 'text/plain', 'content-length': '5', 'x-agent': 'yes' }).flushHeaders();
        setTimeout(() => res.destroy(), 20);
      });
      const { ask } = await startAt(door.port);
      const reply = await ask();
      expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
      expect(reply.headers['x-agent']).toBeUndefined();
      expect(errorOf(reply.text).code).toBe('gateway_lost');
    });

    it('leaves a stream of events ended, with a last one that says that it is not whole', async () => {
      const { rest, over } = await dieAfter('text/event-stream; charset=utf-8', 'data: 1\n\n');
      const [, event, data] = /^event: (\w+)\ndata: (.*)\n\n$/.exec(await rest) ?? [];
      expect(event).toBe('error');
      expect(errorOf(data ?? '')).toMatchObject({ type: 'nemoclaw_gateway', code: 'gateway_lost' });
      await over();
    });

    it.each([
      ['in the middle of an event', 'text/event-stream', 'data: {"half'],
      ['in anything else', 'application/json', '{"half\n\n'],
    ])('leaves it cut off %s: it must not look whole', async (_what, type, sent) => {
      const { rest, over } = await dieAfter(type, sent);
      await expect(rest).rejects.toThrow('aborted');
      await over();
    });
  });

  it('keeps a client’s connection for its next request', async () => {
    const door = await startFrontDoor((_req, res) => void res.end('ok'));
    const { port } = await startAt(door.port);
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    for (let round = 0; round < 2; round += 1) {
      socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
      const [answer] = await once(socket, 'data');
      expect(String(answer)).toMatch(/^HTTP\/1.1 200/);
      expect(String(answer)).not.toMatch(/connection: close/i);
    }
  });

  it('holds a request, body and all, until a gateway that is not there yet appears', async () => {
    const port = await freePort();
    const { server, ask } = await startAt(port);
    const waiting = ask({ method: 'POST', body: 'x'.repeat(60_000) });
    await until(() => server.status().active === 1);
    await startFrontDoor(async (req, res) => void res.end(String((await text(req)).length)), { port });
    expect(await waiting).toMatchObject({ status: 200, text: '60000' });
  });

  it('holds a request while the front door holds it, and counts that', async () => {
    const door = await startFrontDoor((_req, res) => void res.end('ok'), { mode: 'hold' });
    const { server, ask } = await startAt(door.port);
    const began = performance.now();
    const waiting = ask();
    await until(() => door.held.length === 1 && performance.now() - began > 150);
    door.passAll();
    expect((await waiting).status).toBe(200);
    expect(door.connections).toBe(1);
    const { held, maxHeldMs, lastHoldMs } = server.status();
    expect(held).toBe(1);
    expect(maxHeldMs).toBe(lastHoldMs);
    expect(maxHeldMs).toBeGreaterThan(140);
  });

  it.each(['close', 'babble'] as const)('tries again when the front door answers with: %s', async (mode) => {
    const door = await startFrontDoor((_req, res) => void res.end('ok'), { mode });
    const { ask } = await startAt(door.port);
    const waiting = ask();
    await until(() => door.connections === 3);
    door.mode = 'pass';
    expect((await waiting).status).toBe(200);
  });

  it.each(['refused', 'close', 'hold', 'unresolvable'] as const)(
    'answers 503 with Retry-After when the hold is over: %s',
    async (why) => {
      const mode = why === 'close' || why === 'hold' ? why : 'pass';
      const door = await startFrontDoor(() => {}, { mode });
      const target = {
        host: why === 'unresolvable' ? 'agent.invalid' : '127.0.0.1',
        port: why === 'refused' ? await freePort() : door.port,
      };
      const { server, ask } = await startAt(0, { holdMs: 300, target });
      const reply = await ask({ method: 'POST', body: 'hello' });
      expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
      expect(errorOf(reply.text)).toMatchObject({ type: 'nemoclaw_gateway', code: 'gateway_unavailable' });
      expect(server.status()).toMatchObject({ expired: 1, held: 1 });
    },
  );

  it('says so when the gateway took the request and died before an answer, and does not repeat it', async () => {
    let taken = 0;
    const door = await startFrontDoor((req) => {
      taken += 1;
      req.socket.destroy();
    });
    const { ask } = await startAt(door.port);
    const reply = await ask({ method: 'POST', body: 'pay' });
    expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    expect(errorOf(reply.text).code).toBe('gateway_lost');
    expect(taken).toBe(1);
  });

  it('adds Retry-After to a 503 of the agent’s that has none, and leaves one that has', async () => {
    const door = await startFrontDoor((req, res) => {
      if (req.url === '/own') res.setHeader('retry-after', '9');
      res.writeHead(503).end('starting');
    });
    const { ask } = await startAt(door.port);
    expect(await ask()).toMatchObject({ text: 'starting', headers: { 'retry-after': '2' } });
    expect(await ask({ path: '/own' })).toMatchObject({ headers: { 'retry-after': '9' } });
  });

  it('passes failures on as they are when the hold is off', async () => {
    const { ask } = await startAt(await freePort(), { holdMs: 'off' });
    const reply = await ask();
    expect(reply.status).toBe(502);
    expect(reply.headers['retry-after']).toBeUndefined();
  });

  it('bounds bodies and requests under way, held ones included', async () => {
    const door = await startFrontDoor((req, res) => req.resume().on('end', () => res.end('ok')), { mode: 'hold' });
    const { server, ask } = await startAt(door.port, { bodyBytes: 1_000, concurrent: 1 });
    const large = Buffer.alloc(100_000);
    const first = ask();
    await until(() => door.held.length === 1);
    expect(await ask()).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    door.passAll();
    expect((await first).status).toBe(200);
    expect((await ask({ method: 'POST', body: large })).status).toBe(413);
    expect((await ask({ method: 'POST', body: large, headers: { 'transfer-encoding': 'chunked' } })).status).toBe(413);
    expect((await ask({ method: 'POST', body: large.subarray(0, 1_000) })).status).toBe(200);
    await until(() => server.status().active === 0);
  });

  it('forgets a held request whose client went away', async () => {
    const door = await startFrontDoor((_req, res) => void res.end(), { mode: 'hold' });
    const { server, port } = await startAt(door.port);
    const client = new AbortController();
    const waiting = open({ port, signal: client.signal });
    await until(() => door.held.length === 1);
    client.abort();
    await expect(waiting).rejects.toThrow();
    await until(() => server.status().active === 0 && door.held[0]?.destroyed === true);
  });

  it('answers held requests at once when it stops, and ends in time though an answer goes on', async () => {
    const door = await startFrontDoor((_req, res) => void res.writeHead(200).write('forever'));
    const { server, port, settings } = await startAt(door.port);
    const endless = await open({ port });
    server.reload({ ...settings, target: { host: '127.0.0.1', port: await freePort() } });
    const held = call({ port });
    await until(() => server.status().active === 2);
    const began = performance.now();
    const closed = server.close(300);
    expect(await held).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    await expect(text(endless)).rejects.toThrow();
    await closed;
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('takes an upgrade to anything else for the ordinary request that it is', async () => {
    let upgrade: string | undefined = 'unset';
    const door = await startFrontDoor((req, res) => {
      upgrade = req.headers.upgrade;
      res.end('plain');
    });
    const { ask } = await startAt(door.port);
    expect(
      (await ask({ headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': '' } })).text,
    ).toBe('plain');
    expect(upgrade).toBeUndefined();
  });

  it('serves its gateway only, whatever a client writes as the target', async () => {
    let elsewhere = 0;
    const other = await serveHttp((_req, res) => {
      elsewhere += 1;
      res.end();
    });
    const door = await startFrontDoor((_req, res) => void res.end());
    const { ask } = await startAt(door.port);
    expect((await ask({ path: `http://127.0.0.1:${other}/` })).status).toBe(400);
    expect(elsewhere).toBe(0);
  });

  it('sends nothing before the pass line', async () => {
    let early = '';
    const silent = createHttpServer();
    silent.removeAllListeners('connection');
    silent.on('connection', (socket) =>
      socket.on('error', () => {}).on('data', (chunk: Buffer) => (early += String(chunk))),
    );
    const { port } = await startAt(await onLoopback(silent), { holdMs: 200 });
    const req = request({ port, host: '127.0.0.1', method: 'POST', agent: false });
    req.end('body');
    const [response] = await once(req, 'response');
    expect(response.statusCode).toBe(503);
    expect(early).toBe('');
  });
});
