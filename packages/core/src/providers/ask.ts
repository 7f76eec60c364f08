import { oneLine } from '@nemoclaw/plugin-api';
import { interrupted } from '../operations/signals.ts';

/** What a provider is read with: nothing it sends can hold up or flood this program. */
export const READ_LIMITS: ReadLimits = { bytes: 1 << 20, timeoutMs: 5_000 };

export interface ReadLimits {
  bytes: number;
  timeoutMs: number;
}

export interface Asker {
  fetch: typeof globalThis.fetch;
  /** Of the provider's record, with the credential. */
  headers: Record<string, string>;
  limits: ReadLimits;
  signal?: AbortSignal;
}

export type Answer =
  | { outcome: 'ok'; body: unknown }
  | { outcome: 'status'; status: number; text: string }
  | { outcome: 'no_answer'; why: string };

const readBounded = async (response: Response, bytes: number): Promise<string | undefined> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > bytes) return undefined; // leaving the loop cancels the rest
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const CAUSES: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ENOTFOUND: 'name not found',
  EAI_AGAIN: 'name not found',
  ETIMEDOUT: 'timed out',
  UND_ERR_CONNECT_TIMEOUT: 'timed out',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of an unknown authority',
};

/** In people's words, from an error of `fetch`, which hides the reason in its cause. */
const wordsOf = (error: unknown, { timeoutMs }: ReadLimits): string => {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown } | undefined)?.code;
  if (typeof code === 'string' && CAUSES[code]) return CAUSES[code];
  return oneLine(cause instanceof Error ? cause.message : String(cause), 200);
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** One JSON request, bounded in bytes and time, following nothing. Throws only INTERRUPTED. */
export const ask = async (asker: Asker, url: string, body?: object): Promise<Answer> => {
  const bound = AbortSignal.timeout(asker.limits.timeoutMs);
  try {
    const response = await asker.fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: {
        accept: 'application/json',
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...asker.headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: asker.signal ? AbortSignal.any([asker.signal, bound]) : bound,
    });
    const text = await readBounded(response, asker.limits.bytes);
    if (!response.ok) return { outcome: 'status', status: response.status, text: oneLine(text ?? '', 200) };
    if (text === undefined) return { outcome: 'no_answer', why: `it sent more than ${asker.limits.bytes} bytes` };
    const parsed = parse(text);
    return parsed === undefined
      ? { outcome: 'no_answer', why: 'it answered with something that is not JSON' }
      : { outcome: 'ok', body: parsed };
  } catch (error) {
    if (asker.signal?.aborted) throw interrupted('Asking the provider', asker.signal, error);
    return { outcome: 'no_answer', why: wordsOf(error, asker.limits) };
  }
};
