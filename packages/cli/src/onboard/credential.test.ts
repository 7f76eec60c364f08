import { expect, it } from 'vitest';
import { readCredential } from './credential.ts';

const stdin = (text: string) => async () => text;

it('reads the variable that is named', async () => {
  expect(await readCredential({ 'credential-env': 'KEY', 'credential-stdin': false }, { KEY: 'k1' })).toBe('k1');
});

it('reads stdin without its line end', async () => {
  expect(await readCredential({ 'credential-stdin': true }, {}, stdin('k2\n'))).toBe('k2');
});

it('does not touch stdin unless told', async () => {
  const never = () => Promise.reject(new Error('stdin was read'));
  expect(await readCredential({ 'credential-stdin': false }, {}, never)).toBeUndefined();
});

it.each([
  [{ 'credential-env': 'KEY', 'credential-stdin': false }, '--credential-env'],
  [{ 'credential-stdin': true }, '--credential-stdin'],
])('says which one is empty: %j', async (flags, flag) => {
  await expect(readCredential(flags, {}, stdin(' \n'))).rejects.toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(flag) }),
  );
});
