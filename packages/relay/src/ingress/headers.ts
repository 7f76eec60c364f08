import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** What a client could use to seem to be someone else; the proxy sets its own `x-forwarded-*`. */
const CLAIMED = /^(?:x-forwarded(?:-.*)?|forwarded|x-real-ip|via)$/;
const HOP_BY_HOP = ['keep-alive', 'proxy-connection', 'proxy-authorization', 'te', 'trailer', 'expect'];

/** Takes from a client's request what must not reach the agent; changes `req.headers`. */
export const cleanRequest = (req: IncomingMessage, kind: 'request' | 'upgrade'): void => {
  const headers = req.headers;
  const named = (headers.connection ?? '').split(',').map((token) => token.trim().toLowerCase());
  for (const name of Object.keys(headers)) if (CLAIMED.test(name)) delete headers[name];
  for (const name of [...HOP_BY_HOP, ...named]) {
    if (name !== 'upgrade' && name !== 'transfer-encoding' && name !== 'content-length' && name !== 'host')
      delete headers[name];
  }
  if (kind === 'request') delete headers.upgrade;
  headers.connection = kind === 'upgrade' ? 'upgrade' : named.includes('close') ? 'close' : 'keep-alive';
};

/** Takes the agent's view of its own connection from the answer, and says when to come back if the agent did not. */
export const completeResponse = (
  headers: IncomingHttpHeaders,
  status: number,
  retryAfterSeconds: number | undefined,
): void => {
  delete headers.connection;
  delete headers['keep-alive'];
  if (status === 503 && retryAfterSeconds !== undefined) headers['retry-after'] ??= String(retryAfterSeconds);
};
