import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLog } from '../log.ts';
import { call, portOf, serveHttp } from '../testing/http.ts';
import { startEgress } from './server.ts';

const start = async () => {
  const lines: string[] = [];
  const log = createLog(
    (line) => lines.push(line),
    () => new Date(0),
  );
  const server = await startEgress({ host: '127.0.0.1', port: 0 }, log);
  onTestFinished(() => server.close(0));
  return { server, port: portOf(server.address), lines };
};

const sendConnect = async (port: number, target: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  socket.write(`CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\n\r\n`);
  return text(socket);
};

describe('egress', () => {
  it('refuses a tunnel in one line that names the destination, and counts it', async () => {
    const { server, port } = await start();
    const answer = await sendConnect(port, 'example.com:443');
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(answer).toMatch(/\r\n\r\n[^\n]*example\.com:443[^\n]*\n$/);
    expect(server.status()).toEqual({ refused: 1, lastRefused: ['example.com:443'] });
  });

  it('refuses plain requests through it, and reaches nobody', async () => {
    let reached = 0;
    const other = await serveHttp((_req, res) => {
      reached += 1;
      res.end();
    });
    const { server, port, lines } = await start();
    const reply = await call({
      port,
      method: 'POST',
      path: `http://user:pw@127.0.0.1:${other}/secret?key=x`,
      body: 'hello',
    });
    expect(reply.status).toBe(403);
    expect((await call({ port, path: '/' })).status).toBe(403);
    expect(reached).toBe(0);
    expect(server.status().lastRefused).toEqual([`127.0.0.1:${other}`, `127.0.0.1:${port}`]);
    expect(lines.join('') + reply.text).not.toMatch(/secret|key=x|user|pw/);
  });

  it('keeps the last twenty destinations, each once and short', async () => {
    const { server, port } = await start();
    for (let host = 0; host < 25; host += 1) await sendConnect(port, `host-${host % 23}:443`);
    await sendConnect(port, `${'x'.repeat(500)}:443`);
    const { refused, lastRefused } = server.status();
    expect(refused).toBe(26);
    expect(lastRefused).toHaveLength(20);
    expect(lastRefused.slice(-3, -1)).toEqual(['host-0:443', 'host-1:443']);
    expect(lastRefused.at(-1)).toMatch(/^x{100,}$/);
    expect(lastRefused.at(-1)?.length).toBeLessThanOrEqual(128);
  });

  it('survives a client that leaves in the middle of its refusal', async () => {
    const { server, port } = await start();
    const req = request({ host: '127.0.0.1', port, method: 'CONNECT', path: 'a.example:443' });
    req.on('error', () => {}).end();
    const [, socket] = await once(req, 'connect');
    socket.resetAndDestroy();
    await sendConnect(port, 'b.example:443');
    expect(server.status().refused).toBe(2);
  });
});
