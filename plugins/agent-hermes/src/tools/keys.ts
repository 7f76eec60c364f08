import { createPrivateKey, createPublicKey, hkdfSync } from 'node:crypto';

const TYPE = 'ssh-ed25519';
const SEED_BYTES = 32;
/** What stands before the seed in the PKCS #8 form of an Ed25519 key (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface SshKey {
  /** `openssh-key-v1`, as ssh and sshd of every version read it. */
  privateKey: string;
  /** `ssh-ed25519 AAAA…` */
  publicKey: string;
}

const field = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** Without a passphrase: who may read the file may use the key. */
const openSshFile = (seed: Buffer, publicBytes: Buffer, check: number): string => {
  const publicBlob = Buffer.concat([field(TYPE), field(publicBytes)]);
  const secret = Buffer.concat([
    ...[uint32(check), uint32(check), field(TYPE), field(publicBytes)],
    ...[field(Buffer.concat([seed, publicBytes])), field('')],
  ]);
  // Filled up to the cipher's block, which is 8 bytes for none at all.
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, index) => index + 1));
  const file = Buffer.concat([
    ...[Buffer.from('openssh-key-v1\0'), field('none'), field('none'), field(''), uint32(1), field(publicBlob)],
    field(Buffer.concat([secret, padding])),
  ]);
  const lines = file.toString('base64').match(/.{1,70}/g) ?? [];
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`;
};

/**
 * The same key for the same secret and purpose, so that a configuration made twice is the same twice. Nothing leads
 * from a key back to the secret, or to the key of another purpose.
 */
export const sshKey = (secret: string, purpose: string): SshKey => {
  const derived = Buffer.from(hkdfSync('sha256', secret, 'nemoclaw hermes tools', purpose, SEED_BYTES + 4));
  const seed = derived.subarray(0, SEED_BYTES);
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const publicBytes = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  const publicBlob = Buffer.concat([field(TYPE), field(publicBytes)]);
  return {
    privateKey: openSshFile(seed, publicBytes, derived.readUInt32BE(SEED_BYTES)),
    publicKey: `${TYPE} ${publicBlob.toString('base64')}`,
  };
};
