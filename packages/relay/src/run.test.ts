import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askRelay } from './control/client.ts';
import { createLog } from './log.ts';
import type { RelayConfig, RelayReply, RelayRequest } from './protocol.ts';
import { startRelay } from './run.ts';
import { makeCertificate } from './testing/certificate.ts';
import { makeConfig, TEST_KEY } from './testing/config.ts';
import { call, freePort, portOf } from './testing/http.ts';

const start = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'relay-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const config = makeConfig({ ingress: { port: await freePort(), holdMs: 100 } });
  config.inference.port = await freePort();
  config.egress.port = await freePort();
  const certificate = await makeCertificate('inference.local');
  const write = async (next: RelayConfig, { cert, key } = certificate): Promise<void> => {
    const files = { 'relay.json': JSON.stringify(next), 'leaf.pem': cert, 'leaf.key': key, 'provider.key': TEST_KEY };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  };
  await write(config);
  const lines: string[] = [];
  const controlPath = join(folder, 'relay.sock');
  const relay = await startRelay({
    configPath: join(folder, 'relay.json'),
    controlPath,
    interfaces: networkInterfaces,
    log: createLog(
      (line) => lines.push(line),
      () => new Date(),
    ),
  });
  onTestFinished(() => relay.stop(0));
  const nonce = randomBytes(32).toString('hex');
  const send = async (line: string): Promise<RelayReply> =>
    JSON.parse(await askRelay(controlPath, Readable.from([`${line}\n`])));
  const ask = (op: RelayRequest['op'], protocol = 1): Promise<RelayReply> =>
    send(JSON.stringify({ protocol, nonce, op }));
  return { config, certificate, write, relay, ask, send, nonce, controlPath, lines };
};

describe('a relay', () => {
  it('answers for its status on a socket that is its owner’s alone', async () => {
    const { ask, nonce, config, controlPath } = await start();
    expect((await stat(controlPath)).mode & 0o777).toBe(0o600);
    await call({ port: config.ingress.port });
    await call({ port: config.egress.port, path: 'http://example.com/' });
    const reply = await ask('status');
    expect(reply).toMatchObject({
      protocol: 1,
      nonce,
      ok: true,
      result: {
        sandboxId: 'test',
        certificate: { subject: 'CN=inference.local' },
        listeners: { ingress: `127.0.0.1:${config.ingress.port}`, inference: `127.0.0.1:${config.inference.port}` },
        ingress: { requests: 1, expired: 1 },
        egress: { refused: 1, lastRefused: ['example.com'] },
      },
    });
  });

  it('refuses what is not a request of its protocol', async () => {
    const { ask, send, nonce } = await start();
    expect(await ask('status', 2)).toMatchObject({ nonce, ok: false, error: { code: 'protocol_mismatch' } });
    expect(await send('nonsense')).toMatchObject({ ok: false, error: { code: 'bad_request' } });
    expect(await send('{"protocol":1,"nonce":"short","op":"status"}')).toMatchObject({
      ok: false,
      error: { code: 'bad_request' },
    });
  });

  it('reloads certificate and settings, and keeps what it has when the new configuration is bad', async () => {
    const { ask, write, config, certificate } = await start();
    const models = (ca: string) => call({ port: config.inference.port, path: '/v1/models', ca });
    expect((await models(certificate.cert)).status).toBe(502);

    const renewed = await makeCertificate('inference.local');
    const narrowed = structuredClone(config);
    narrowed.inference.provider.allowed = [];
    await write(narrowed, renewed);
    expect(await ask('reload')).toMatchObject({ ok: true });
    expect((await models(renewed.cert)).status).toBe(403);

    const moved = structuredClone(config);
    moved.ingress.port += 1;
    await write(moved, renewed);
    expect(await ask('reload')).toMatchObject({ ok: false, error: { code: 'config_invalid' } });
    await write({ ...config, version: 2 as 1 });
    expect(await ask('reload')).toMatchObject({ ok: false, error: { code: 'config_invalid' } });
    expect((await models(renewed.cert)).status).toBe(403);
  });

  it('logs lines of JSON that hold no secret, and stops', async () => {
    const { relay, config, certificate, lines } = await start();
    const headers = { authorization: 'Bearer of-the-client', cookie: 'of=the-client' };
    const port = config.ingress.port;
    await call({ port, headers, method: 'POST', body: 'of-the-body', path: '/x?q=of-the-query' });
    await call({ port: config.inference.port, ca: certificate.cert, headers, path: '/v1/models?q=of-the-query' });
    await relay.stop(1_000);
    const events = lines.map((line) => JSON.parse(line).event);
    expect(events).toEqual(expect.arrayContaining(['listening', 'ingress', 'inference_refused', 'stopped']));
    expect(lines.join('')).not.toMatch(/of-the-|of=the|sk-/);
    await expect(call({ port })).rejects.toThrow('ECONNREFUSED');
    expect(portOf(relay.status().listeners.ingress)).toBe(port);
  });
});
