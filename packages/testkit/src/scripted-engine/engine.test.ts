import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cut, json, late, raw, type ScriptedEngine, startScriptedEngine, stream } from './index.ts';

let engine: ScriptedEngine;
beforeEach(async () => {
  engine = await startScriptedEngine();
});
afterEach(() => engine.close());

const ask = (method: string, path: string, body = ''): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const outgoing = request({ socketPath: engine.socketPath, method, path, agent: false }, async (response) => {
      try {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve({ status: response.statusCode ?? 0, text });
      } catch (error) {
        reject(error);
      }
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });

describe('scripted engine', () => {
  it('gives the answers of a path in order and stays with the last', async () => {
    engine.on('GET', '/info', json(500, { message: 'no' }), json(200, { ok: true }));
    expect([await ask('GET', '/v1.50/info'), await ask('GET', '/info'), await ask('GET', '/info?a=1')]).toEqual([
      { status: 500, text: '{"message":"no"}' },
      { status: 200, text: '{"ok":true}' },
      { status: 200, text: '{"ok":true}' },
    ]);
    expect(engine.requests.map(({ version, query }) => [version, query.get('a')])).toEqual([
      ['1.50', null],
      ['', null],
      ['', '1'],
    ]);
  });

  it('refuses what nobody scripted', async () => {
    engine.on('GET', '/info', json(200, {}));
    expect(await ask('POST', '/info', 'x')).toEqual({ status: 501, text: '{"message":"not scripted: POST /info"}' });
    expect(engine.requests[0]?.body.toString()).toBe('x');
  });

  it('breaks connections off before and within an answer', async () => {
    engine
      .on('GET', '/early', cut)
      .on('GET', '/late', stream(['half'], 'cut'))
      .on('GET', '/odd', raw(200, '<html>'));
    await expect(ask('GET', '/early')).rejects.toThrow(/hang up/);
    await expect(ask('GET', '/late')).rejects.toThrow(/aborted/);
    expect((await ask('GET', '/odd')).text).toBe('<html>');
  });

  it('takes its time when told to', async () => {
    engine.on('GET', '/info', late(50, json(200, {})));
    const begin = performance.now();
    expect((await ask('GET', '/info')).status).toBe(200);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(45);
  });

  it('tells when a request has come in', async () => {
    engine.on('GET', '/info', json(200, {}));
    const seen = engine.received('GET', /info/);
    await ask('GET', '/info');
    expect((await seen).path).toBe('/info');
  });
});
