import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Dispatcher } from 'undici';
import type { LoadedConfig } from '../config/load.ts';
import { type Answer, answer } from '../http/answer.ts';
import { boundedBody, hasBody } from '../http/body-limit.ts';
import { describeFailure, TotalTimeout } from './failure.ts';
import { requestHeaders, responseHeaders } from './headers.ts';
import type { Verdict } from './policy.ts';
import type { Upstream } from './upstream.ts';

/** How one exchange ended. `cut`: it broke, or the client left, after the answer had begun. */
export type ExchangeResult =
  | { outcome: 'answered'; status: number }
  | { outcome: 'failed'; status: number; code: string; layer: string }
  | { outcome: 'cut'; status: number; reason: 'client' | 'provider' }
  | { outcome: 'client_gone' };

interface Route {
  loaded: LoadedConfig;
  upstream: Upstream;
}

/** Answers of the provider that are not the agent's to see as they are. */
const replaced = (status: number, provider: string): Answer | undefined => {
  if (status >= 300 && status < 400) {
    const message = `the provider ${provider} answered with a redirect (${status}), which is not followed`;
    return { status: 502, type: 'nemoclaw_upstream', layer: 'http', code: 'provider_redirect', message };
  }
  if (status === 401 || status === 407) {
    // Providers quote parts of the key in this answer, and the key is not the agent's.
    const message = `the provider ${provider} refused the key that the relay holds (${status})`;
    return { status: 401, type: 'nemoclaw_upstream', layer: 'http', code: 'provider_key_refused', message };
  }
  return undefined;
};

/** Kept, because not every model server reads chunked bodies. */
const lengthOf = (req: IncomingMessage): Record<string, string> => {
  const length = req.headers['content-length'];
  return length === undefined ? {} : { 'content-length': length };
};

const passOn = async (response: Dispatcher.ResponseData, res: ServerResponse): Promise<ExchangeResult> => {
  const status = response.statusCode;
  let providerBroke = false;
  response.body.once('error', () => {
    providerBroke = !res.destroyed;
  });
  res.writeHead(status, responseHeaders(response.headers));
  res.flushHeaders();
  try {
    await pipeline(response.body, res);
    return { outcome: 'answered', status };
  } catch {
    return { outcome: 'cut', status, reason: providerBroke ? 'provider' : 'client' };
  }
};

/** One allowed call, from the agent to the provider and back; bytes go through as they come, at the slower side's pace. */
export const exchange = async (
  req: IncomingMessage,
  res: ServerResponse,
  verdict: Extract<Verdict, { allowed: true }>,
  { loaded, upstream }: Route,
  /** The request's body, where it was read already. */
  read?: Buffer,
): Promise<ExchangeResult> => {
  const { provider, limits } = loaded.config.inference;
  const ending = new AbortController();
  const clientGone = (): void => ending.abort(new Error('the client went away'));
  res.once('close', clientGone);
  const timer = setTimeout(() => ending.abort(new TotalTimeout()), limits.totalTimeoutMs);
  const fail = async (what: Answer): Promise<ExchangeResult> => {
    await answer(req, res, what);
    return { outcome: 'failed', status: what.status, code: what.code, layer: what.layer ?? 'http' };
  };
  const sendsBody = verdict.method === 'POST' && hasBody(req);
  try {
    const response = await upstream.request({
      method: verdict.method,
      path: `${verdict.path}${verdict.query}`,
      headers: { ...requestHeaders(req.headers, loaded), ...(sendsBody ? lengthOf(req) : {}) },
      body: sendsBody ? (read ? Readable.from([read]) : boundedBody(req, limits.bodyBytes)) : null,
      signal: ending.signal,
    });
    const own = replaced(response.statusCode, provider.id);
    if (own === undefined) return await passOn(response, res);
    response.body.on('error', () => {}).destroy();
    return await fail(own);
  } catch (error) {
    if (res.destroyed) return { outcome: 'client_gone' };
    return await fail(describeFailure(error, provider.id));
  } finally {
    clearTimeout(timer);
    res.off('close', clientGone);
  }
};
