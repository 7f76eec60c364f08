import { IDS, PATHS } from '@nemoclaw/plugin-api';
import { RELAY_PROTOCOL } from '@nemoclaw/relay/protocol';
import { SUPERVISOR_PROTOCOL } from '@nemoclaw/supervisor/protocol';
import { describe, expect, it } from 'vitest';
import { callRelay, callSupervisor } from './control.ts';
import { type ControlCall, controlledBy } from './driver.fixture.ts';

const call = (reply: (call: ControlCall) => object | string) =>
  callSupervisor({ driver: controlledBy(reply), containerId: 'c1', timeoutMs: 1000 }, 'status', {});
const refused = (code: string, protocol = SUPERVISOR_PROTOCOL) =>
  call(({ request }) => ({ protocol, nonce: request.nonce, ok: false, error: { code, message: 'no' } }));

describe('a call to the supervisor', () => {
  it('is made as root in exactly that container, with a nonce of its own, and gives the result', async () => {
    const calls: ControlCall[] = [];
    const reply = (made: ControlCall) => {
      calls.push(made);
      return { protocol: SUPERVISOR_PROTOCOL, nonce: made.request.nonce, ok: true, result: { state: 'running' } };
    };
    expect(await call(reply)).toEqual({ state: 'running' });
    await call(reply);
    const [first, second] = calls;
    expect(first).toMatchObject({
      containerId: 'c1',
      spec: { argv: [PATHS.node, PATHS.supervisor, 'control'], uid: 0, gid: 0 },
      request: { op: 'status', args: {} },
    });
    expect(first?.request.nonce).toMatch(/^[0-9a-f]{64}$/);
    expect(second?.request.nonce).not.toBe(first?.request.nonce);
  });

  it.each([
    ['another nonce', { protocol: SUPERVISOR_PROTOCOL, nonce: 'f'.repeat(64), ok: true, result: {} }],
    ['no JSON', 'Segmentation fault'],
    ['JSON that is no reply', 'null'],
    ['a list', '[]'],
    ['a refusal without an error', { protocol: SUPERVISOR_PROTOCOL, nonce: 'x', ok: false }],
    ['neither yes nor no', { protocol: SUPERVISOR_PROTOCOL, nonce: 'x', ok: 'maybe' }],
    ['nothing, after its time', { started: true, timedOut: true, exitCode: 124 }],
  ])('does not believe %s', async (_what, answer) => {
    await expect(call(() => answer)).rejects.toMatchObject({ code: 'SUPERVISOR_UNREACHABLE' });
  });

  it('reads the last line, whatever was written before it', async () => {
    const chatty = call(
      ({ request: { nonce } }) =>
        `(node:1) Warning\n${JSON.stringify({ protocol: SUPERVISOR_PROTOCOL, nonce, ok: true, result: {} })}`,
    );
    expect(await chatty).toEqual({});
  });

  it('says that no program could be started, which another call would not help', async () => {
    const full = { started: false, exitCode: 125, failure: 'pids limit reached' };
    await expect(call(() => full)).rejects.toMatchObject({
      code: 'SUPERVISOR_UNREACHABLE',
      message: expect.stringContaining('pids limit reached'),
      details: { started: false },
    });
  });

  it.each([
    ['could not start its threads', 'Assertion failed: (0) == (uv_thread_create(t.get(), start_thread, this))', false],
    ['ended for another reason', 'control unavailable: connect ENOENT /run/nemoclaw/control.sock', true],
  ])('tells a Node that %s', async (_what, stderr, started) => {
    await expect(
      call(() => ({ started: true, exitCode: 134, stderr: Buffer.from(`\n  #  node[76]: ${stderr}\n`) })),
    ).rejects.toMatchObject({ code: 'SUPERVISOR_UNREACHABLE', details: { started } });
  });

  it.each([
    ['by its own word', () => refused('protocol_mismatch')],
    ['in what it sends', () => refused('busy', SUPERVISOR_PROTOCOL + 1)],
  ])('tells a supervisor of another version %s', async (_how, outdated) => {
    await expect(outdated()).rejects.toMatchObject({ code: 'SUPERVISOR_OUTDATED' });
  });

  it.each([
    ['busy', 'RESTART_BUSY'],
    ['unsupported_agent', 'RESTART_UNSUPPORTED_AGENT'],
    ['config_hash_mismatch', 'RESTART_CONFIG_HASH_MISMATCH'],
    ['bad_request', 'SUPERVISOR_OUTDATED'],
    ['of_a_later_version', 'INTERNAL_ERROR'],
    ['toString', 'INTERNAL_ERROR'],
  ])('makes %s the error %s', async (theirs, ours) => {
    await expect(refused(theirs)).rejects.toMatchObject({ code: ours, details: { supervisorCode: theirs } });
  });
});

describe('a call to the relay', () => {
  const relay = (reply: (call: ControlCall) => object) =>
    callRelay({ driver: controlledBy(reply), containerId: 'r1', uid: IDS.relay, timeoutMs: 1000 }, 'status');

  it('is made as the relay’s own uid', async () => {
    const status = await relay(({ spec, request: { nonce } }) => ({
      protocol: RELAY_PROTOCOL,
      nonce,
      ok: true,
      result: { uid: spec.uid, gid: spec.gid, program: spec.argv[1] },
    }));
    expect(status).toEqual({ uid: IDS.relay, gid: IDS.relay, program: PATHS.relay });
  });

  it('tells another version, and a nonce that is not ours', async () => {
    await expect(relay(() => ({ protocol: 99, nonce: '', ok: true, result: {} }))).rejects.toMatchObject({
      code: 'SUPERVISOR_OUTDATED',
    });
    await expect(relay(() => ({ protocol: RELAY_PROTOCOL, nonce: '', ok: true, result: {} }))).rejects.toMatchObject({
      code: 'SUPERVISOR_UNREACHABLE',
    });
  });
});
