import { json, type ScriptedEngine, startScriptedEngine, stream } from '@nemoclaw/testkit/scripted-engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine } from '../engine/call.ts';
import { createLogs } from '../logs/logs.ts';
import { createWatch } from './watch.ts';

let scripted: ScriptedEngine;
beforeEach(async () => {
  scripted = await startScriptedEngine();
});
afterEach(() => scripted.close());
const engine = () => createEngine({ kind: 'socket', path: scripted.socketPath, source: 'test' });

const event = (Type: string, Action: string, ID: string) =>
  `${JSON.stringify({ Type, Action, Actor: { ID, Attributes: { l: '1' } } })}\n`;

describe('watch', () => {
  it('reads events whatever their chunks, and passes over kinds that nobody asked for', async () => {
    const text = event('container', 'start', 'c') + event('image', 'pull', 'i') + event('network', 'create', 'n');
    scripted.on('GET', '/events', stream([text.slice(0, 40), text.slice(40, 150), text.slice(150)]));
    const seen = [];
    for await (const one of createWatch(engine())({ l: '1' }, {})) seen.push(one);
    expect(seen).toEqual([
      { type: 'container', action: 'start', id: 'c', labels: { l: '1' } },
      { type: 'network', action: 'create', id: 'n', labels: { l: '1' } },
    ]);
    expect(JSON.parse(scripted.requests[0]?.query.get('filters') ?? '')).toMatchObject({ label: ['l=1'] });
  });

  it('closes the connection when the caller breaks off', async () => {
    scripted.on('GET', '/events', stream([event('container', 'start', 'c')], 'stay open'));
    for await (const _ of createWatch(engine())({}, {})) break;
    await expect.poll(() => scripted.openSockets).toBe(0);
  });

  it('rejects with the reason on abort', async () => {
    scripted.on('GET', '/events', stream([event('container', 'start', 'c')], 'stay open'));
    const controller = new AbortController();
    const reading = (async () => {
      for await (const _ of createWatch(engine())({}, { signal: controller.signal }))
        controller.abort(new Error('enough'));
    })();
    await expect(reading).rejects.toThrow('enough');
  });

  it('reports an engine that goes away', async () => {
    scripted.on('GET', '/events', stream([event('container', 'start', 'c')], 'cut'));
    const reading = (async () => {
      for await (const _ of createWatch(engine())({}, {}));
    })();
    await expect(reading).rejects.toMatchObject({ code: 'ENGINE_NOT_RUNNING' });
  });
});

describe('logs', () => {
  it('reads a terminal’s log as it is', async () => {
    scripted
      .on('GET', '/containers/c/json', json(200, { Config: { Tty: true } }))
      .on('GET', '/containers/c/logs', stream(['one\r\ntwo']));
    const seen = [];
    for await (const one of createLogs(engine())('c', { tail: 5, follow: false })) seen.push(one);
    expect(seen).toEqual([
      { stream: 'stdout', text: 'one' },
      { stream: 'stdout', text: 'two' },
    ]);
    expect(Object.fromEntries(scripted.requests[1]?.query ?? [])).toMatchObject({ tail: '5', follow: '0' });
  });
});
