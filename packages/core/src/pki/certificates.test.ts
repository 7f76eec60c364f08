import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { type Credentials, createSandboxCa, issueLeaf } from './certificates.ts';

const now = new Date();
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A handshake as the agent's client does it: only the sandbox's CA is trusted. */
const handshake = async (ca: Credentials, leaf: Credentials, servername: string): Promise<'ok' | string> => {
  const server = createServer({ cert: leaf.certPem, key: leaf.keyPem }, (socket) => socket.end());
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const socket: TLSSocket = connect({ port, host: '127.0.0.1', servername, ca: ca.certPem });
  closers.push(() => socket.destroy());
  try {
    await once(socket, 'secureConnect');
    return socket.authorized ? 'ok' : String(socket.authorizationError);
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the sandbox CA', () => {
  it('vouches for inference.local in a real handshake', async () => {
    const ca = await createSandboxCa({ name: 'demo', now });
    const leaf = await issueLeaf({ ca, names: ['inference.local'], now });
    expect(await handshake(ca, leaf, 'inference.local')).toBe('ok');
  });

  it.each([['example.com'], ['inference.local.example.com'], ['local']])('does not vouch for %s', async (name) => {
    const ca = await createSandboxCa({ name: 'demo', now });
    const leaf = await issueLeaf({ ca, names: [name], now });
    expect(await handshake(ca, leaf, name)).toBe('permitted subtree violation');
  });

  it('does not vouch for another name that rides along', async () => {
    const ca = await createSandboxCa({ name: 'demo', now });
    const leaf = await issueLeaf({ ca, names: ['inference.local', 'example.com'], now });
    expect(await handshake(ca, leaf, 'example.com')).toBe('permitted subtree violation');
  });

  it('of another sandbox is not trusted', async () => {
    const ca = await createSandboxCa({ name: 'demo', now });
    const other = await createSandboxCa({ name: 'demo', now });
    const leaf = await issueLeaf({ ca: other, names: ['inference.local'], now });
    expect(await handshake(ca, leaf, 'inference.local')).not.toBe('ok');
  });

  it('issues leaves that can’t issue further ones', async () => {
    const ca = await createSandboxCa({ name: 'demo', now });
    const leaf = await issueLeaf({ ca, names: ['inference.local'], now });
    const grandchild = await issueLeaf({ ca: leaf, names: ['inference.local'], now });
    const chained = { ...grandchild, certPem: grandchild.certPem + leaf.certPem };
    expect(await handshake(ca, chained, 'inference.local')).not.toBe('ok');
  });
});

it('dates certificates as it says: 10 years and 90 days', async () => {
  const at = new Date('2026-01-01T00:00:00.900Z');
  const ca = await createSandboxCa({ name: 'a+b,c=d', now: at });
  const leaf = await issueLeaf({ ca, names: ['inference.local'], now: at });
  expect(ca.notAfter).toBe('2036-01-01T00:00:00.000Z');
  expect(leaf.notAfter).toBe('2026-04-01T00:00:00.000Z');
  const parsed = { ca: new X509Certificate(ca.certPem), leaf: new X509Certificate(leaf.certPem) };
  expect(new Date(parsed.ca.validTo).toISOString()).toBe(ca.notAfter);
  expect(new Date(parsed.leaf.validTo).toISOString()).toBe(leaf.notAfter);
  expect(parsed.leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(parsed.leaf.ca).toBe(false);
  expect(parsed.ca.subject).toContain('a\\+b\\,c=d');
  expect(parsed.leaf.checkIssued(parsed.ca)).toBe(true);
});
