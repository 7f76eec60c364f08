import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { LoadedConfig } from '../config/load.ts';

/**
 * All that passes from the agent to the provider. A list of what may, not of what may not: credentials, cookies and
 * hop-by-hop headers are never on it, whatever they are called next year. No accept-encoding, so that events of a
 * stream arrive one by one and uncompressed.
 */
const REQUEST = [
  'accept',
  'content-type',
  'user-agent',
  'anthropic-version',
  'anthropic-beta',
  'openai-beta',
  'idempotency-key',
] as const;

const RESPONSE = new Set([
  'content-type',
  'content-length',
  'content-encoding',
  'cache-control',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'request-id',
  'x-request-id',
  'openai-processing-ms',
]);
const RESPONSE_PREFIX = /^(?:x-ratelimit|anthropic-ratelimit)-[a-z-]+$/;

const credentials = ({ config, providerKey }: LoadedConfig): Record<string, string> => {
  const { auth } = config.inference.provider;
  switch (auth.kind) {
    case 'none':
      return {};
    case 'bearer':
      return { authorization: `Bearer ${providerKey ?? ''}` };
    case 'header':
      return { [auth.header]: providerKey ?? '' };
  }
};

/** Headers for the provider: the client's allowed ones, then the record's fixed ones, then the key. */
export const requestHeaders = (client: IncomingHttpHeaders, loaded: LoadedConfig): Record<string, string> => {
  const passed: Record<string, string> = {};
  for (const name of REQUEST) {
    const value = client[name];
    if (typeof value === 'string') passed[name] = value;
  }
  return { ...passed, ...loaded.config.inference.provider.headers, ...credentials(loaded) };
};

/** Headers for the agent, of those that the provider answered with. */
export const responseHeaders = (provider: IncomingHttpHeaders): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(provider).filter(([name]) => RESPONSE.has(name) || RESPONSE_PREFIX.test(name)));
