import { describe, expect, it } from 'vitest';
import type { SelfTestScript } from '../protocol.ts';
import { createSelfTest } from './selftest.ts';

const MARKER = 'a'.repeat(64);
const script = (changes: Partial<SelfTestScript> = {}): SelfTestScript => ({
  marker: MARKER,
  tool: 'exec',
  arguments: { command: 'id' },
  ttlMs: 1_000,
  ...changes,
});
const user = { role: 'user', content: [{ type: 'text', text: `Self-test ${MARKER}: go` }] };
const asked = { role: 'assistant', content: null, tool_calls: [] };
const result = { role: 'tool', content: 'uid=64102' };
const body = (messages: object[], more: object = {}) =>
  Buffer.from(JSON.stringify({ model: 'm', stream: true, messages, tools: [{ function: { name: 'exec' } }], ...more }));

const armedTest = (changes?: Partial<SelfTestScript>) => {
  let now = 0;
  const test = createSelfTest(() => now);
  test.arm(script(changes));
  return { test, pass: (ms: number) => (now += ms) };
};

describe('the armed conversation', () => {
  it('gets one tool call, then its result as the last word', () => {
    const { test } = armedTest();
    expect(test.answer(body([user]))).toMatchObject({ kind: 'tool_call', tool: 'exec', arguments: { command: 'id' } });
    // Agents put a message of their own behind the result.
    const after = body([user, asked, result, { role: 'user', content: 'internal' }]);
    expect(test.answer(after)).toMatchObject({ kind: 'text', text: 'uid=64102' });
    expect(test.status()).toEqual({ armed: true, answered: 2 });
  });

  it('is told when its tool is not among those offered', () => {
    const { test } = armedTest({ tool: 'terminal' });
    expect(test.answer(body([user]))).toMatchObject({
      kind: 'text',
      text: expect.stringContaining('no tool terminal'),
    });
  });

  it('is not answered for ever', () => {
    const { test } = armedTest();
    const answers = Array.from({ length: 20 }, () => test.answer(body([user])));
    expect(answers.filter(Boolean)).toHaveLength(8);
  });
});

describe('left to the provider', () => {
  it.each([
    ['another conversation', body([{ role: 'user', content: 'hello' }])],
    [
      'the marker in a tool’s output only',
      body([{ role: 'user', content: 'hello' }, asked, { role: 'tool', content: MARKER }]),
    ],
    ['no JSON', Buffer.from(MARKER)],
    ['no messages', Buffer.from(JSON.stringify({ prompt: MARKER }))],
  ])('%s', (_, other) => {
    expect(armedTest().test.answer(other)).toBeUndefined();
  });

  it('everything when nobody armed it, or too long ago', () => {
    expect(createSelfTest(() => 0).answer(body([user]))).toBeUndefined();
    const { test, pass } = armedTest({ ttlMs: 1_000 });
    pass(1_001);
    expect(test.status().armed).toBe(false);
    expect(test.answer(body([user]))).toBeUndefined();
  });
});
