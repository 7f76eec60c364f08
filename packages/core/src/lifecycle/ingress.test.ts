import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from './clock.ts';
import { pingIngress } from './ingress.ts';
import type { Clock } from './services.ts';

let server: Server;
const serve = async (listener: RequestListener): Promise<number> => {
  server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const ping = (port: number, more: { signal?: AbortSignal; boundMs?: number; clock?: Clock } = {}) =>
  pingIngress({
    port,
    ping: { path: '/healthz', status: 200 },
    clock: systemClock,
    signal: new AbortController().signal,
    ...more,
  });

describe('pingIngress', () => {
  it('is one request on a connection of its own, and says what came back', async () => {
    const paths: string[] = [];
    const port = await serve((request, response) => {
      paths.push(`${request.url} ${request.headers.connection}`);
      response.end('well');
    });
    const answer = await ping(port);
    expect(answer).toMatchObject({ url: `http://127.0.0.1:${port}/healthz`, status: 200 });
    expect(answer.elapsedMs).toBeGreaterThan(0);
    expect(paths).toEqual(['/healthz close']);
  });

  it.each([
    ['another status', (_request, response) => response.writeHead(503).end(), /answered 503, not 200/],
    ['half an answer', (_request, response) => response.write('a', () => response.destroy()), /did not answer/],
    ['no answer', (request) => request.socket.destroy(), /did not answer/],
  ] as [string, RequestListener, RegExp][])('does not take %s for a round trip', async (_what, listener, words) => {
    const port = await serve(listener);
    await expect(ping(port)).rejects.toMatchObject({
      code: 'RESTART_INGRESS_FAILED',
      message: expect.stringMatching(words),
    });
  });

  it('comes back when it is told to', async () => {
    const statuses = [503, 503, 200];
    const port = await serve((_request, response) =>
      response.writeHead(statuses.shift() ?? 500, { 'retry-after': '1' }).end(),
    );
    const pauses: number[] = [];
    const clock = { ...systemClock, sleep: async (ms: number) => void pauses.push(ms) };
    expect(await ping(port, { clock })).toMatchObject({ status: 200 });
    expect(pauses).toEqual([1000, 1000]);
  });

  it('says what it was told for all of its time', async () => {
    const port = await serve((_request, response) =>
      response.writeHead(503, { 'retry-after': '1' }).end('the gateway is away'),
    );
    await expect(ping(port, { boundMs: 80 })).rejects.toMatchObject({
      message: expect.stringMatching(/answered 503, not 200 for 0.08 s: the gateway is away\.$/),
    });
  });

  it('fails where nobody listens', async () => {
    const port = await serve(() => {});
    await new Promise((resolve) => server.close(resolve));
    await expect(ping(port)).rejects.toMatchObject({ code: 'RESTART_INGRESS_FAILED' });
  });

  it('says how long it waited for what never answers', async () => {
    const port = await serve(() => {});
    await expect(ping(port, { boundMs: 50 })).rejects.toMatchObject({
      code: 'RESTART_INGRESS_FAILED',
      message: expect.stringContaining('within 0.05 s'),
    });
  });

  it('ends with the caller’s own reason when it is interrupted', async () => {
    const interruption = new AbortController();
    const port = await serve(() => interruption.abort(new Error('Ctrl+C')));
    await expect(ping(port, { signal: interruption.signal })).rejects.toThrow('Ctrl+C');
  });
});
