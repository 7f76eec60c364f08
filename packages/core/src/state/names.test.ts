import { describe, expect, it } from 'vitest';
import { objectName, parseSandboxName } from './names.ts';

describe('parseSandboxName', () => {
  it.each(['a', 'demo', 'my-agent-2', 'a'.repeat(31)])('takes %s', (name) => {
    expect(parseSandboxName(name)).toBe(name);
  });
  it.each(['', 'A', '1a', '-a', 'a_b', 'a.b', '../x', 'a b', 'a\n', 'é', 'a'.repeat(32)])('refuses %j', (name) => {
    expect(() => parseSandboxName(name)).toThrow(expect.objectContaining({ code: 'BAD_NAME' }));
  });
});

it('names objects by sandbox and the first 8 digits of its id', () => {
  const id = '0a1b2c3d-4e5f-6789-abcd-ef0123456789';
  expect(objectName('demo', id)).toBe('nemoclaw-demo-0a1b2c3d');
  expect(objectName('demo', id, 'relay')).toBe('nemoclaw-demo-0a1b2c3d-relay');
});
