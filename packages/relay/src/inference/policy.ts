import { type AllowedCall, CALLS } from '../protocol.ts';

export type Verdict =
  | {
      allowed: true;
      call: AllowedCall;
      method: 'GET' | 'POST' /** After `/v1`. */;
      path: string /** With its `?`, or empty. */;
      query: string;
    }
  | { allowed: false; reason: string };

/**
 * Query parameters that real clients send, and what they may hold. Dropping an unknown one could change what a call
 * means (a page that never advances), passing it on could reach what nobody looked at: so it is refused.
 */
const QUERY: Partial<Record<AllowedCall, Record<string, RegExp>>> = {
  'GET /v1/models': { limit: /^\d{1,4}$/, after_id: /^[\w.:/@+-]{1,128}$/, before_id: /^[\w.:/@+-]{1,128}$/ },
  'POST /v1/messages': { beta: /^true$/ },
};

const isCall = (text: string): text is AllowedCall => (CALLS as readonly string[]).includes(text);

const rebuildQuery = (call: AllowedCall, raw: string): string | { refused: string } => {
  const known = QUERY[call] ?? {};
  const rebuilt = new URLSearchParams();
  for (const [name, value] of new URLSearchParams(raw)) {
    const pattern = Object.hasOwn(known, name) ? known[name] : undefined;
    if (pattern === undefined || rebuilt.has(name)) return { refused: name };
    if (!pattern.test(value)) return { refused: name };
    rebuilt.set(name, value);
  }
  return rebuilt.size === 0 ? '' : `?${rebuilt}`;
};

/**
 * Whether a request may go to the provider. The raw request target is compared as it is with the calls that we know:
 * nothing is decoded or normalised, so no spelling (`%2f`, `..`, `//`, a trailing slash, an absolute address) can mean
 * one thing here and another at the provider. What goes out is built from our own constants.
 */
export const decide = (method: string, target: string, allowed: readonly AllowedCall[]): Verdict => {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const call = `${method} ${path}`;
  if (!isCall(call)) return { allowed: false, reason: 'this call is not among those that a sandbox may make' };
  if (!allowed.includes(call)) return { allowed: false, reason: `this sandbox's provider does not offer ${call}` };
  const query = mark === -1 ? '' : rebuildQuery(call, target.slice(mark + 1));
  if (typeof query !== 'string') return { allowed: false, reason: `a query parameter is not allowed with ${call}` };
  return {
    allowed: true,
    call,
    method: call.startsWith('GET') ? 'GET' : 'POST',
    path: path.slice('/v1'.length),
    query,
  };
};
