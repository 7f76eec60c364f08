import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { ask, judge } from './health.ts';

const started = { path: '/s', status: 200, field: { name: 'status', equals: 'started' } };

describe('judge', () => {
  it.each([
    ['the status and field that it wants', 200, '{"status":"started"}', true],
    ['another value', 200, '{"status":"draining"}', false],
    ['another status', 503, '{"status":"started"}', false],
    ['no JSON', 200, 'started', false],
    ['a list', 200, '["started"]', false],
  ])('judges %s', (_what, status, body, ok) => expect(judge(started, status, body).ok).toBe(ok));

  it('needs only the status when no field is named', () =>
    expect(judge({ path: '/', status: 204 }, 204, '').ok).toBe(true));
});

const served = async (listener: RequestListener, use: (port: number) => Promise<void>): Promise<void> => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use((server.address() as { port: number }).port);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
};

describe('ask', () => {
  it('gives the body of a yes', () =>
    served(
      (_request, response) => response.end('{"status":"started","up":5}'),
      async (port) => expect(await ask(port, started, 1_000)).toEqual({ ok: true, body: { status: 'started', up: 5 } }),
    ));
  it('gives up on a gateway that accepts and says nothing', () =>
    served(
      () => {},
      async (port) => expect(await ask(port, started, 30)).toEqual({ ok: false, detail: '/s did not answer in 30 ms' }),
    ));
  it('stops reading an answer without end', () =>
    served(
      (_request, response) => void response.write('x'.repeat(200_000)),
      async (port) =>
        expect(await ask(port, started, 5_000)).toMatchObject({ ok: false, detail: '/s answers without end' }),
    ));
  it('says no when nobody listens', async () => expect(await ask(1, started, 1_000)).toMatchObject({ ok: false }));
});
