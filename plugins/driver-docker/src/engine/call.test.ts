import { chmod } from 'node:fs/promises';
import { type CodedError, isCodedError } from '@nemoclaw/plugin-api';
import {
  cut,
  hang,
  json,
  raw,
  refusal,
  type ScriptedEngine,
  startScriptedEngine,
  stream,
} from '@nemoclaw/testkit/scripted-engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CallSpec, createEngine } from './call.ts';

let scripted: ScriptedEngine;
beforeEach(async () => {
  scripted = await startScriptedEngine();
});
afterEach(() => scripted.close());

const connect = () => createEngine({ kind: 'socket', path: scripted.socketPath, source: 'test' });
const read: CallSpec = { operation: 'inspect container', object: 'c', answer: 'json', idempotent: true };
const write: CallSpec = { operation: 'create container', object: 'c', answer: 'json' };
const inspect = (spec: Partial<CallSpec> = {}) =>
  connect().call({ ...read, ...spec }, (docker) => docker.getContainer('c').inspect());
const create = (spec: Partial<CallSpec> = {}) =>
  connect().call({ ...write, ...spec }, (docker) => docker.createContainer({ Image: 'i' }));

const failure = async (call: Promise<unknown>): Promise<CodedError> => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isCodedError(error)) throw new Error(`expected a coded error, got ${String(error)}`);
  return error;
};

const PATH = '/containers/c/json';

describe('call', () => {
  it('names the API version that is the floor', async () => {
    scripted.on('GET', PATH, json(200, { Id: '1' }));
    await inspect();
    expect(scripted.requests[0]?.version).toBe('1.50');
  });

  it('names an engine that is too old for it', async () => {
    scripted.on('GET', PATH, refusal(400, 'client version 1.50 is too new. Maximum supported API version is 1.41'));
    expect(await failure(inspect())).toMatchObject({
      code: 'ENGINE_TOO_OLD',
      message: expect.stringContaining('Maximum supported API version is 1.41'),
    });
  });

  it('gives up in time when the engine hangs, and closes the connection', async () => {
    scripted.on('GET', PATH, hang);
    const error = await failure(inspect({ timeoutMs: 30 }));
    expect(error).toMatchObject({ code: 'ENGINE_TIMEOUT', details: { operation: 'inspect container', object: 'c' } });
    await expect.poll(() => scripted.openSockets).toBe(0);
  });

  it('rejects with the caller’s reason on abort, and closes the connection', async () => {
    scripted.on('GET', PATH, hang);
    const controller = new AbortController();
    const call = inspect({ signal: controller.signal });
    await scripted.received('GET', PATH);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    await expect.poll(() => scripted.openSockets).toBe(0);
  });

  it('asks nothing when the signal is aborted before', async () => {
    await expect(inspect({ signal: AbortSignal.abort(new Error('early')) })).rejects.toThrow('early');
    expect(scripted.requests).toEqual([]);
  });

  it('notices an abort that came while dockerode was being loaded', async () => {
    scripted.on('GET', PATH, json(200, { Id: '1' }));
    const controller = new AbortController();
    const call = inspect({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    expect(scripted.requests).toEqual([]);
  });

  it('asks a read once more when the connection breaks', async () => {
    scripted.on('GET', PATH, cut, json(200, { Id: '1' }));
    expect(await inspect()).toMatchObject({ Id: '1' });
  });

  it('gives up on the second break', async () => {
    scripted.on('GET', PATH, cut);
    expect((await failure(inspect())).code).toBe('ENGINE_NOT_RUNNING');
    expect(scripted.requests).toHaveLength(2);
  });

  it('never repeats a change, since it may have happened', async () => {
    scripted.on('POST', '/containers/create', cut);
    expect(await failure(create())).toMatchObject({
      code: 'ENGINE_NOT_RUNNING',
      message: expect.stringContaining('not known whether'),
    });
    expect(scripted.requests).toHaveLength(1);
  });

  it('notices at once when an answer ends before its time', async () => {
    scripted.on('POST', '/containers/create', stream(['{"Id":"12'], 'cut', 201));
    expect((await failure(create({ timeoutMs: 60_000 }))).code).toBe('ENGINE_NOT_RUNNING');
  });

  it.each([
    ['HTML', raw(200, '<html>proxy</html>')],
    ['nothing', raw(200, '')],
  ])('refuses %s where JSON is due', async (_, answer) => {
    scripted.on('GET', PATH, answer);
    expect(await failure(inspect())).toMatchObject({ code: 'ENGINE_ERROR', message: /not JSON|nothing where JSON/ });
  });

  it('maps a refused read of a stream as well', async () => {
    scripted.on('GET', '/events', refusal(500, 'no events'));
    const call = connect().call({ ...read, answer: 'stream' }, (docker) => docker.getEvents());
    expect(await failure(call)).toMatchObject({
      code: 'ENGINE_ERROR',
      details: { engineMessage: 'no events', status: 500 },
    });
  });

  it('ends a stream that is being read when the signal aborts', async () => {
    scripted.on('GET', '/events', stream(['{}\n'], 'stay open'));
    const controller = new AbortController();
    const spec: CallSpec = { ...read, answer: 'stream', signal: controller.signal };
    const events = await connect().call(spec, (docker) => docker.getEvents());
    const reading = (async () => {
      for await (const _ of events) controller.abort();
    })();
    await expect(reading).rejects.toThrow();
    await expect.poll(() => scripted.openSockets).toBe(0);
  });

  it('says that no engine is there', async () => {
    await scripted.close();
    expect(await failure(inspect())).toMatchObject({ code: 'ENGINE_NOT_RUNNING', hint: expect.any(String) });
  });

  it.skipIf(process.getuid?.() === 0)('says that the user may not use the socket', async () => {
    await chmod(scripted.socketPath, 0);
    expect((await failure(inspect())).code).toBe('ENGINE_PERMISSION');
  });
});
