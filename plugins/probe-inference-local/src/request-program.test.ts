import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTlsAuthority, type TlsAuthority } from '@nemoclaw/testkit/contexts/tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseReport, REQUEST_PROGRAM, type RequestOrder } from './request-program.ts';

/** The program's own bounds, short: what is waited for here never comes. */
const IMPATIENT = { connectMs: 300, totalMs: 600 };

describe('the program in the agent container', () => {
  let folder: string;
  let authority: TlsAuthority;
  let server: Server;
  let port: number;
  const cleanUp: (() => void)[] = [];

  const listen = (one: { listen: Server['listen']; address: Server['address']; close: () => unknown }) =>
    new Promise<number>((resolve) => {
      cleanUp.push(() => one.close());
      one.listen(0, '127.0.0.1', () => resolve((one.address() as { port: number }).port));
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'request-program-'));
    authority = await createTlsAuthority();
    await writeFile(join(folder, 'ca.pem'), authority.ca);
    server = createServer(await authority.issue(['localhost']), (request, response) => {
      const path = request.url ?? '';
      if (path === '/hang') return;
      if (path === '/cut') return void response.socket?.destroy();
      if (path === '/flood') {
        response.writeHead(200);
        const more = () => {
          while (response.write('x'.repeat(16_384)));
        };
        response.on('drain', more);
        return more();
      }
      response.writeHead(Number(path.slice(1)));
      response.end(JSON.stringify({ data: [{ id: 'one' }, { id: 'two' }] }));
    });
    port = await listen(server);
  });
  afterAll(async () => {
    server.closeAllConnections();
    for (const close of cleanUp) close();
    await rm(folder, { recursive: true });
  });

  const run = async (order: Partial<RequestOrder>, env: NodeJS.ProcessEnv = {}) => {
    const whole = {
      ca: join(folder, 'ca.pem'),
      connectMs: 5000,
      totalMs: 5000,
      maxBodyBytes: 65_536,
      url: '',
      ...order,
    };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['-e', REQUEST_PROGRAM, '--', JSON.stringify(whole)],
      {
        env: { PATH: process.env.PATH, ...env },
      },
    );
    return parseReport(stdout);
  };
  const url = (path: string) => `https://localhost:${port}/${path}`;

  it.each([200, 204, 302, 401, 404, 500, 503])('reports status %i', async (status) => {
    expect(await run({ url: url(String(status)) })).toMatchObject({ outcome: 'answered', status });
  });

  it('counts the models, and says in which namespace it was', async () => {
    expect(await run({ url: url('200') })).toMatchObject({ models: 2, netns: expect.stringMatching(/^\d+$/) });
  });

  it('is not led astray by a proxy in the environment', async () => {
    const env = { NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' };
    expect(await run({ url: url('200') }, env)).toMatchObject({ outcome: 'answered', status: 200 });
  });

  it('reads no more of a body than it was told', async () => {
    expect(await run({ url: url('flood') })).toMatchObject({ outcome: 'answered', head: 'x'.repeat(300) });
  });

  it('tells an unknown name', async () => {
    expect(await run({ url: 'https://nowhere.invalid/' })).toMatchObject({ outcome: 'failed', phase: 'dns' });
  });

  it('tells a closed port', async () => {
    const gone = createTcpServer();
    const closed = await listen(gone as never);
    await new Promise((resolve) => gone.close(resolve));
    cleanUp.pop();
    expect(await run({ url: `https://localhost:${closed}/` })).toMatchObject({
      outcome: 'failed',
      phase: 'tcp',
      error: 'ECONNREFUSED',
    });
  });

  it('tells a certificate of another authority', async () => {
    await writeFile(join(folder, 'other.pem'), (await createTlsAuthority()).ca);
    expect(await run({ url: url('200'), ca: join(folder, 'other.pem') })).toMatchObject({
      outcome: 'failed',
      phase: 'tls',
    });
  });

  it.each([
    ['another name', ['elsewhere'], {}],
    ['the past', ['localhost'], { notBefore: new Date(1e12), notAfter: new Date(1.1e12) }],
  ])('tells a certificate for %s', async (_what, names, dates) => {
    const other = createServer(await authority.issue(names, dates), (_request, response) => response.end());
    expect(await run({ url: `https://localhost:${await listen(other)}/` })).toMatchObject({
      outcome: 'failed',
      phase: 'tls',
    });
  });

  it('tells a missing authority file', async () => {
    expect(await run({ url: url('200'), ca: join(folder, 'none.pem') })).toMatchObject({
      outcome: 'failed',
      phase: 'ca',
      error: 'ENOENT',
    });
  });

  it('tells a connection that is cut before the answer', async () => {
    expect(await run({ url: url('cut') })).toMatchObject({ outcome: 'failed', phase: 'http' });
  });

  it('gives up on an answer that does not come', async () => {
    expect(await run({ url: url('hang'), ...IMPATIENT })).toMatchObject({ outcome: 'timed_out', phase: 'http' });
  });

  it('gives up on a server that does not speak TLS', async () => {
    const silent = await listen(createTcpServer(() => undefined) as never);
    expect(await run({ url: `https://localhost:${silent}/`, ...IMPATIENT })).toMatchObject({
      outcome: 'timed_out',
      phase: 'tls',
    });
  });
});

describe('parsing its report', () => {
  it.each([
    '',
    'Killed',
    'null',
    '[]',
    '{}',
    '{"netns":"1"}',
    '{"netns":"1","outcome":"answered","status":"200","head":""}',
  ])('refuses %j', (text) => expect(parseReport(text)).toBeUndefined());
  it('refuses a phase that it does not know', () => {
    expect(parseReport('{"netns":"1","outcome":"timed_out","phase":"moon"}')).toBeUndefined();
  });
});
