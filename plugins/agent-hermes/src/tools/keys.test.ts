import { expect, it } from 'vitest';
import { sshKey } from './keys.ts';

const SECRET = 'a-token-of-the-sandbox-0123456789';

it('is the same for the same secret, and another for another purpose or secret', () => {
  expect(sshKey(SECRET, 'gateway')).toEqual(sshKey(SECRET, 'gateway'));
  expect(sshKey(SECRET, 'host').publicKey).not.toBe(sshKey(SECRET, 'gateway').publicKey);
  expect(sshKey(`${SECRET}x`, 'gateway').publicKey).not.toBe(sshKey(SECRET, 'gateway').publicKey);
});

it('holds nothing of the secret', () => {
  const { privateKey, publicKey } = sshKey(SECRET, 'gateway');
  const bytes = Buffer.from(privateKey.replaceAll(/-----.*-----|\n/g, ''), 'base64').toString('latin1');
  expect(bytes).toContain('openssh-key-v1');
  for (const text of [privateKey, publicKey, bytes]) expect(text).not.toContain(SECRET.slice(0, 8));
});

it('has the form in which OpenSSH writes such keys', () => {
  const { privateKey, publicKey } = sshKey(SECRET, 'gateway');
  const file = Buffer.from(privateKey.replaceAll(/-----.*-----|\n/g, ''), 'base64');
  // Magic, three texts, one key, its public part, then a secret part that is a whole number of blocks.
  const publicBlob = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64');
  expect(publicBlob).toHaveLength(51);
  const secretAt = 15 + (4 + 4) + (4 + 4) + 4 + 4 + (4 + publicBlob.length);
  expect(file.subarray(secretAt - publicBlob.length, secretAt)).toEqual(publicBlob);
  const secretLength = file.readUInt32BE(secretAt);
  expect(secretLength % 8).toBe(0);
  expect(file).toHaveLength(secretAt + 4 + secretLength);
  expect(file.readUInt32BE(secretAt + 4)).toBe(file.readUInt32BE(secretAt + 8));
});
