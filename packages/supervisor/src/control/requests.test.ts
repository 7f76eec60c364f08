import { describe, expect, it } from 'vitest';
import { parseRequest } from './requests.ts';

const nonce = 'a'.repeat(64);
const line = (op: unknown, args: unknown, more: object = {}) =>
  JSON.stringify({ protocol: 1, nonce, op, args, ...more });

describe('parseRequest', () => {
  it.each([
    ['status', {}],
    ['restart', { soft: false, timeoutMs: 1, settleMs: 0 }],
    ['restart', { soft: true, timeoutMs: 1, settleMs: 0, drainMs: 5 }],
    ['recover', { timeoutMs: 1, settleMs: 0 }],
    ['run', { as: 'tools', argv: ['/usr/bin/id'], timeoutMs: 5 }],
  ])('takes %s %j', (op, args) => {
    expect(parseRequest(line(op, args))).toMatchObject({ ok: true, request: { op, args, nonce } });
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['a short nonce', JSON.stringify({ protocol: 1, nonce: 'aa', op: 'status', args: {} })],
    ['an unknown operation', line('exec', {})],
    ['a name that every object has', line('toString', {})],
    ['an argument that is not known', line('status', { x: 1 })],
    ['a missing argument', line('recover', { timeoutMs: 1 })],
    ['a program by name', line('run', { as: 'tools', argv: ['id'], timeoutMs: 5 })],
    ['an empty command', line('run', { as: 'tools', argv: [], timeoutMs: 5 })],
    ['a zero byte', line('run', { as: 'tools', argv: ['/bin/a', 'b\0c'], timeoutMs: 5 })],
    ['root', line('run', { as: 'root', argv: ['/bin/a'], timeoutMs: 5 })],
    ['a time that is none', line('recover', { timeoutMs: -1, settleMs: 0 })],
  ])('refuses %s', (_what, text) => expect(parseRequest(text)).toMatchObject({ ok: false, code: 'bad_request' }));

  it('tells another protocol apart, with the nonce that it came with', () => {
    expect(parseRequest(line('status', {}, { protocol: 2 }))).toMatchObject({
      ok: false,
      code: 'protocol_mismatch',
      nonce,
    });
  });
});
