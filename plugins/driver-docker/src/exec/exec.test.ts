import {
  frame,
  hijack,
  json,
  refusal,
  type ScriptedEngine,
  startScriptedEngine,
} from '@nemoclaw/testkit/scripted-engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine } from '../engine/call.ts';
import { createExec } from './exec.ts';

let scripted: ScriptedEngine;
beforeEach(async () => {
  scripted = await startScriptedEngine();
  scripted.on('POST', '/containers/c/exec', json(201, { Id: 'e' }), json(201, { Id: 'killer' }));
});
afterEach(() => scripted.close());

const spec = { argv: ['/x'], uid: 1, gid: 2, timeoutMs: 10_000 };
const run = (extra: object = {}, signal?: AbortSignal) =>
  createExec(createEngine({ kind: 'socket', path: scripted.socketPath, source: 'test' }))(
    'c',
    { ...spec, ...extra },
    signal ? { signal } : {},
  );
const ended = (exitCode: number, pid = 7) => json(200, { Running: false, ExitCode: exitCode, Pid: pid });

describe('exec', () => {
  it('keeps both streams apart when frames arrive in pieces', async () => {
    const bytes = Buffer.concat([frame('stdout', 'out'), frame('stderr', 'err')]);
    const pieces = [...bytes].map((byte) => Buffer.from([byte]));
    scripted.on('POST', '/exec/e/start', hijack(pieces)).on('GET', '/exec/e/json', ended(3));
    const result = await run();
    expect([result.exitCode, String(result.stdout), String(result.stderr)]).toEqual([3, 'out', 'err']);
  });

  it('names uid and gid and marks the program', async () => {
    scripted.on('POST', '/exec/e/start', hijack([])).on('GET', '/exec/e/json', ended(0));
    await run({ env: { A: 'b' } });
    const body = JSON.parse(String(scripted.requests[0]?.body));
    expect(body).toMatchObject({ User: '1:2', Cmd: ['/x'], Env: ['A=b', expect.stringMatching(/^NEMOCLAW_EXEC_ID=/)] });
  });

  it('asks for the code until the engine knows it', async () => {
    scripted
      .on('POST', '/exec/e/start', hijack([]))
      .on('GET', '/exec/e/json', json(200, { Running: true, ExitCode: null, Pid: 7 }), ended(9));
    expect((await run()).exitCode).toBe(9);
  });

  it('tells the engine’s 127 from the program’s', async () => {
    scripted
      .on('POST', '/exec/e/start', hijack([frame('stdout', 'OCI runtime exec failed: no such file\r\n')]))
      .on('GET', '/exec/e/json', ended(127, 0), ended(127, 7));
    expect(await run()).toMatchObject({
      started: false,
      exitCode: 125,
      failure: 'OCI runtime exec failed: no such file',
    });
    scripted.on('POST', '/containers/c/exec', json(201, { Id: 'e' }));
    expect(await run()).toMatchObject({ started: true, exitCode: 127 });
  });

  it.each([
    [409, 'container c is not running'],
    [500, 'unable to find user 1'],
  ])('is not started when the engine refuses with %i', async (status, message) => {
    scripted.on('POST', '/containers/c/exec', refusal(status, message));
    expect(await run()).toMatchObject({ started: false, exitCode: 125, failure: message });
  });

  it('rejects for a container that is gone', async () => {
    scripted.on('POST', '/containers/c/exec', refusal(404, 'No such container: c'));
    await expect(run()).rejects.toMatchObject({ code: 'ENGINE_NOT_FOUND' });
  });

  it('kills the program on time-out and keeps what it said', async () => {
    scripted
      .on('POST', '/exec/e/start', hijack([frame('stdout', 'so far')], 'stay open'))
      .on('POST', '/exec/killer/start', hijack([]))
      .on('GET', '/exec/killer/json', ended(0));
    const result = await run({ timeoutMs: 30 });
    expect(result).toMatchObject({ exitCode: 124, timedOut: true, started: true, stdout: Buffer.from('so far') });
    expect(result).not.toHaveProperty('failure');
    const [first, second] = scripted.requests
      .filter(({ path }) => path === '/containers/c/exec')
      .map(({ body }) => JSON.parse(String(body)));
    const mark = first.Env.at(-1).split('=')[1];
    expect(second).toMatchObject({ User: '1:2', Cmd: ['/bin/sh', '-c', expect.any(String), 'sh', mark] });
  });

  it('says so when the program could not be killed', async () => {
    scripted
      .on('POST', '/exec/e/start', hijack([], 'stay open'))
      .on('POST', '/exec/killer/start', hijack([frame('stdout', 'no /bin/sh')]))
      .on('GET', '/exec/killer/json', ended(127, 0));
    expect(await run({ timeoutMs: 30 })).toMatchObject({
      timedOut: true,
      failure: expect.stringContaining('may still run'),
    });
  });

  it('kills the program on abort and rejects with the reason', async () => {
    scripted
      .on('POST', '/exec/e/start', hijack([], 'stay open'))
      .on('POST', '/exec/killer/start', hijack([]))
      .on('GET', '/exec/killer/json', ended(0));
    const controller = new AbortController();
    const running = run({}, controller.signal);
    await scripted.received('POST', '/exec/e/start');
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    await scripted.received('POST', '/exec/killer/start');
    await expect.poll(() => scripted.openSockets).toBe(0);
  });

  it('does not take a broken connection for the program’s end', async () => {
    scripted
      .on('POST', '/exec/e/start', hijack([frame('stdout', 'half')], 'cut'))
      .on('POST', '/exec/killer/start', hijack([]))
      .on('GET', '/exec/killer/json', ended(0))
      .on('GET', '/exec/e/json', json(200, { Running: true, ExitCode: null, Pid: 7 }));
    expect(await run({ timeoutMs: 60 })).toMatchObject({ timedOut: true, exitCode: 124 });
  });
});
