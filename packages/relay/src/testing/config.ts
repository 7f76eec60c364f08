import { X509Certificate } from 'node:crypto';
import type { LoadedConfig } from '../config/load.ts';
import { CALLS, type RelayConfig } from '../protocol.ts';
import type { Certificate } from './certificate.ts';

export const TEST_KEY = 'sk-the-provider-key-of-the-test';

interface Overrides {
  baseUrl?: string;
  provider?: Partial<RelayConfig['inference']['provider']>;
  limits?: Partial<RelayConfig['inference']['limits']>;
  ingress?: Partial<RelayConfig['ingress']>;
}

/** A configuration whose listeners take any free port on loopback. */
export const makeConfig = ({ baseUrl, provider, limits, ingress }: Overrides = {}): RelayConfig => ({
  version: 1,
  sandboxId: 'test',
  inference: {
    port: 0,
    certificateFile: 'leaf.pem',
    keyFile: 'leaf.key',
    provider: {
      id: 'local',
      baseUrl: baseUrl ?? 'http://127.0.0.1:1/v1',
      auth: { kind: 'bearer', keyFile: 'provider.key' },
      headers: {},
      allowed: [...CALLS],
      ...provider,
    },
    limits: {
      bodyBytes: 65_536,
      concurrent: 8,
      headersTimeoutMs: 5_000,
      idleTimeoutMs: 5_000,
      totalTimeoutMs: 10_000,
      ...limits,
    },
  },
  ingress: {
    port: 0,
    target: { host: '127.0.0.1', port: 1 },
    holdMs: 5_000,
    concurrent: 64,
    bodyBytes: 65_536,
    ...ingress,
  },
  egress: { port: 0, mode: 'closed' },
  interfaces: { sandbox: '127.0.0.0/8', egress: '127.0.0.0/8' },
});

export const loadedFrom = (config: RelayConfig, { cert, key }: Certificate): LoadedConfig => ({
  config,
  certificate: {
    cert,
    key,
    notAfter: new X509Certificate(cert).validToDate.toISOString(),
    subject: 'CN=inference.local',
  },
  providerKey: TEST_KEY,
});
