import { CodedError } from '@nemoclaw/plugin-api';
import {
  cut,
  empty,
  frame,
  hang,
  hijack,
  json,
  refusal,
  type ScriptedEngine,
  startScriptedEngine,
} from '@nemoclaw/testkit/scripted-engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine } from '../engine/call.ts';
import { createFiles } from '../volumes/files.ts';
import { createContainer, removeContainer } from './container.ts';
import { notStartedReason } from './not-started.ts';
import { createRunHelper } from './run-helper.ts';

let scripted: ScriptedEngine;
beforeEach(async () => {
  scripted = await startScriptedEngine();
});
afterEach(() => scripted.close());

const engine = () => createEngine({ kind: 'socket', path: scripted.socketPath, source: 'test' });
const asked = () => scripted.requests.map(({ method, path }) => `${method} ${path}`);
const spec = { name: 'h', labels: {}, image: 'i', argv: ['x'], user: '1:1', network: 'none', timeoutMs: 5_000 };
const helper = (extra: object = {}, signal?: AbortSignal) =>
  createRunHelper(engine())({ ...spec, ...extra }, signal ? { signal } : {});

describe('createContainer', () => {
  it('removes what came of a create that was aborted meanwhile', async () => {
    const controller = new AbortController();
    scripted.on('POST', '/containers/create', json(201, { Id: 'c1' })).on('DELETE', '/containers/c1', empty(204));
    const creating = createContainer(engine(), { name: 'n', body: {}, signal: controller.signal });
    await scripted.received('POST', '/containers/create');
    controller.abort(new Error('enough'));
    await expect(creating).rejects.toThrow('enough');
    expect(asked()).toEqual(['POST /containers/create', 'DELETE /containers/c1']);
  });

  it('keeps the environment out of the URL', async () => {
    scripted.on('POST', '/containers/create', json(201, { Id: 'c1' }));
    await createContainer(engine(), { name: 'n', body: { Env: ['SECRET=s'] } });
    expect(String(scripted.requests[0]?.query)).toBe('name=n');
    expect(String(scripted.requests[0]?.body)).toBe('{"Env":["SECRET=s"]}');
  });
});

describe('a create whose answer never came', () => {
  const labels = { 'ai.nemoclaw.role': 'agent', 'ai.nemoclaw.generation': 'g1' };
  const create = (Labels: Record<string, string> = labels) =>
    createContainer(engine(), { name: 'n', body: { Labels } });
  const named = (Labels: object) => json(200, { Id: 'c1', Config: { Labels } });

  it('is found by its name and labels', async () => {
    scripted
      .on('POST', '/containers/create', cut)
      .on('GET', '/containers/n/json', named({ ...labels, ofTheImage: '1' }));
    expect(await create()).toBe('c1');
    expect(asked()).toEqual(['POST /containers/create', 'GET /containers/n/json']);
  });

  it('is made now when it never reached the engine', async () => {
    scripted
      .on('POST', '/containers/create', cut, json(201, { Id: 'c2' }))
      .on('GET', '/containers/n/json', refusal(404, 'no such container'));
    expect(await create()).toBe('c2');
  });

  it('is waited for while its name is taken and nobody is shown under it', async () => {
    scripted
      .on('POST', '/containers/create', cut, refusal(409, 'the name is already in use'))
      .on('GET', '/containers/n/json', refusal(404, 'no such container'), named(labels));
    expect(await create()).toBe('c1');
  });

  it('may have been delivered twice, and the second time be refused', async () => {
    scripted.on('POST', '/containers/create', refusal(409, 'in use')).on('GET', '/containers/n/json', named(labels));
    expect(await create()).toBe('c1');
  });

  it.each([
    ['another generation', { ...labels, 'ai.nemoclaw.generation': 'g0' }, labels],
    ['no labels at all', {}, labels],
    ['the same lack of labels', {}, {}],
    ['a generation where none was asked for', labels, { 'ai.nemoclaw.role': 'agent' }],
  ])('is not taken for the container of somebody else: %s', async (_whose, theirs, ours) => {
    scripted.on('POST', '/containers/create', refusal(409, 'in use')).on('GET', '/containers/n/json', named(theirs));
    await expect(create(ours)).rejects.toMatchObject({ code: 'ENGINE_CONFLICT' });
  });

  it('stays unknown when the engine has gone', async () => {
    scripted.on('POST', '/containers/create', cut).on('GET', '/containers/n/json', cut);
    await expect(create()).rejects.toMatchObject({ code: 'ENGINE_NOT_RUNNING' });
  });
});

describe('removeContainer', () => {
  it('waits when somebody else is removing it', async () => {
    scripted
      .on('DELETE', '/containers/c', refusal(409, 'removal of container c is already in progress'))
      .on('POST', '/containers/c/wait', json(200, { StatusCode: 0 }));
    await removeContainer(engine(), 'c');
    expect(scripted.requests.at(-1)?.query.get('condition')).toBe('removed');
  });

  it('rejects while it runs and force was not asked for', async () => {
    scripted.on('DELETE', '/containers/c', refusal(409, 'cannot remove container "c": container is running'));
    await expect(removeContainer(engine(), 'c')).rejects.toMatchObject({ code: 'ENGINE_CONFLICT' });
  });
});

describe('runHelper', () => {
  const script = () =>
    scripted
      .on('POST', '/containers/create', json(201, { Id: 'c1' }))
      .on('POST', '/containers/c1/attach', hijack([frame('stdout', 'out'), frame('stderr', 'err')]))
      .on('POST', '/containers/c1/start', empty(204))
      .on('POST', '/containers/c1/wait', json(200, { StatusCode: 4 }))
      .on('DELETE', '/containers/c1', empty(204));

  it('attaches before it starts, and removes', async () => {
    script();
    expect(await helper()).toEqual({ outcome: 'exited', exitCode: 4, stdout: 'out', stderr: 'err' });
    expect(asked()).toEqual([
      'POST /containers/create',
      'POST /containers/c1/attach',
      'POST /containers/c1/start',
      'POST /containers/c1/wait',
      'DELETE /containers/c1',
    ]);
  });

  it('removes what does not start, and says why', async () => {
    script().on('POST', '/containers/c1/start', refusal(404, 'network 123 not found'));
    expect(await helper()).toMatchObject({ outcome: 'not_started', reason: 'network_not_found' });
    expect(asked().at(-1)).toBe('DELETE /containers/c1');
  });

  it('removes what does not end in time, with what it said', async () => {
    script()
      .on('POST', '/containers/c1/wait', hang)
      .on('POST', '/containers/c1/attach', hijack([frame('stdout', 'so far')], 'stay open'));
    expect(await helper({ timeoutMs: 50 })).toEqual({ outcome: 'timed_out', stdout: 'so far', stderr: '' });
    expect(asked().at(-1)).toBe('DELETE /containers/c1');
  });

  it('removes on abort, whose signal does not stop the removal', async () => {
    script().on('POST', '/containers/c1/wait', hang);
    const controller = new AbortController();
    const running = helper({}, controller.signal);
    await scripted.received('POST', '/containers/c1/wait');
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(asked().at(-1)).toBe('DELETE /containers/c1');
  });

  it('does not call an engine that went away after the start "not started"', async () => {
    script().on('POST', '/containers/c1/wait', cut);
    await expect(helper()).rejects.toMatchObject({ code: 'ENGINE_NOT_RUNNING' });
  });

  it('is not started without an engine', async () => {
    await scripted.close();
    expect(await helper()).toMatchObject({ outcome: 'not_started', reason: 'engine_unreachable' });
  });
});

describe('notStartedReason', () => {
  const error = (engineMessage: string, code = 'ENGINE_ERROR') =>
    new CodedError(code, { message: 'x', details: { engineMessage } });
  it.each([
    ['network_not_found', error('failed to set up container networking: network nonono not found')],
    [
      'veth_unsupported',
      error('failed to add the host (veth1) <=> sandbox (veth2) pair interfaces: operation not supported'),
    ],
    ['image_not_found', error('No such image: nope:no')],
    ['engine_unreachable', error('', 'ENGINE_NOT_RUNNING')],
    ['engine_unreachable', error('', 'ENGINE_PERMISSION')],
    ['engine_unreachable', error('', 'ENGINE_TIMEOUT')],
    ['other', error('exec: "/nope": no such file or directory')],
    ['other', new Error('x')],
  ])('%s', (reason, failure) => {
    expect(notStartedReason(failure)).toBe(reason);
  });
});

describe('putFiles', () => {
  const files = [{ path: 'a', type: 'file' as const, content: 'x', mode: 0o600, uid: 1, gid: 1 }];
  const put = (signal?: AbortSignal, path = 'a') =>
    createFiles(engine()).putFiles(
      { volume: 'v', image: 'i', labels: { l: '1' }, files: files.map((file) => ({ ...file, path })) },
      signal ? { signal } : {},
    );
  const script = () =>
    scripted
      .on('GET', '/volumes/v', json(200, { Name: 'v' }))
      .on('POST', '/containers/create', json(201, { Id: 'c1' }))
      .on('PUT', '/containers/c1/archive', empty(200))
      .on('DELETE', '/containers/c1', empty(204));

  it('never starts the container and always removes it', async () => {
    script();
    await put();
    expect(asked()).toEqual([
      'GET /volumes/v',
      'POST /containers/create',
      'PUT /containers/c1/archive',
      'DELETE /containers/c1',
    ]);
  });

  it('removes it when the archive is refused', async () => {
    script().on('PUT', '/containers/c1/archive', refusal(500, 'write /x: no space left on device'));
    await expect(put()).rejects.toMatchObject({ code: 'ENGINE_DISK_FULL' });
    expect(asked().at(-1)).toBe('DELETE /containers/c1');
  });

  it('removes it on abort', async () => {
    script().on('PUT', '/containers/c1/archive', hang);
    const controller = new AbortController();
    const putting = put(controller.signal);
    await scripted.received('PUT', '/containers/c1/archive');
    controller.abort(new Error('enough'));
    await expect(putting).rejects.toThrow('enough');
    expect(asked().at(-1)).toBe('DELETE /containers/c1');
  });

  it('asks for the volume first, since the engine would make an empty one', async () => {
    script().on('GET', '/volumes/v', refusal(404, 'no such volume'));
    await expect(put()).rejects.toMatchObject({ code: 'ENGINE_NOT_FOUND' });
    expect(asked()).toEqual(['GET /volumes/v']);
  });

  it.each(['../a', '/etc/passwd', 'a/../../b', 'a\0b'])(
    'refuses the path %j before anything is asked',
    async (path) => {
      script();
      await expect(put(undefined, path)).rejects.toThrow(/no path inside the volume/);
      expect(asked()).toEqual([]);
    },
  );
});
