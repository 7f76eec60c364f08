import type { Readable } from 'node:stream';
import { type Dispatcher, Pool } from 'undici';
import type { LoadedConfig } from '../config/load.ts';

interface UpstreamRequest {
  method: 'GET' | 'POST';
  /** After the base of the provider's API, with its query. */
  path: string;
  headers: Record<string, string>;
  body: Readable | null;
  signal: AbortSignal;
}

export interface Upstream {
  request(request: UpstreamRequest): Promise<Dispatcher.ResponseData>;
  /** Lets what is under way end. */
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * The way to the provider. A pool is bound to one origin, and redirects are not followed: there is no way for a request,
 * and the key in it, to go anywhere else.
 */
export const createUpstream = ({ config, providerCa }: LoadedConfig): Upstream => {
  const { provider, limits } = config.inference;
  const base = new URL(provider.baseUrl);
  const prefix = base.pathname.replace(/\/+$/, '');
  const pool = new Pool(base.origin, {
    connections: limits.concurrent,
    // A local server that closes idle connections would lose a request now and then; connecting to it costs nothing.
    pipelining: base.protocol === 'https:' ? 1 : 0,
    allowH2: false,
    headersTimeout: limits.headersTimeoutMs,
    bodyTimeout: limits.idleTimeoutMs,
    connect: { timeout: CONNECT_TIMEOUT_MS, ...(providerCa === undefined ? {} : { ca: providerCa }) },
  });
  return {
    request: ({ path, ...request }) => pool.request({ ...request, path: `${prefix}${path}` }),
    close: () => pool.close(),
  };
};
