import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { hasBody } from './body-limit.ts';

/** An answer that is the relay's own, not the provider's or the agent's. */
export interface Answer {
  status: number;
  /** `nemoclaw_policy`: not allowed. `nemoclaw_limit`: too much. `nemoclaw_upstream`, `nemoclaw_gateway`: the other side. */
  type: 'nemoclaw_policy' | 'nemoclaw_limit' | 'nemoclaw_upstream' | 'nemoclaw_gateway';
  code: string;
  message: string;
  /** Where it went wrong, as probes name layers. */
  layer?: 'dns' | 'tcp' | 'tls' | 'http' | 'policy';
  retryAfterSeconds?: number;
}

const LINGER_MS = 1_000;

const render = (answer: Answer): { body: string; headers: Record<string, string> } => {
  const { type, code, message, layer, retryAfterSeconds } = answer;
  const body = `${JSON.stringify({ error: { type, code, message, ...(layer === undefined ? {} : { layer }) } })}\n`;
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    },
  };
};

/** Answers; when the request's body was not read, reads it away for a moment, since closing at once resets the client before it sees the answer. */
export const answer = async (req: IncomingMessage, res: ServerResponse, what: Answer): Promise<void> => {
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  const { body, headers } = render(what);
  if (req.complete || !hasBody(req)) {
    res.writeHead(what.status, headers).end(body);
    return;
  }
  res.writeHead(what.status, { ...headers, connection: 'close' }).write(body);
  req.resume();
  await Promise.race([once(req, 'close'), once(res, 'close', { signal: AbortSignal.timeout(LINGER_MS) })]).catch(
    () => {},
  );
  res.end();
};

/** The same on a connection that asked to be upgraded. */
export const answerUpgrade = (socket: Duplex, what: Answer): void => {
  const { body, headers } = render(what);
  const lines = Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${what.status} ${what.code}\r\n${lines.join('')}\r\n${body}`);
};
