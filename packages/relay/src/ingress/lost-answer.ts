import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

const GATEWAY_LOST = {
  type: 'nemoclaw_gateway',
  code: 'gateway_lost',
  message: "the agent's gateway ended in the middle of this stream; ask again",
};
/** As model APIs say that a stream has failed; for any other reader an event like any. */
const LAST_EVENT = `event: error\ndata: ${JSON.stringify({ error: GATEWAY_LOST })}\n\n`;
/** For a client that does not read to the end what it was sent. */
const LINGER_MS = 5_000;

const isPlainEventStream = (headers: IncomingHttpHeaders): boolean =>
  /^\s*text\/event-stream\s*(;|$)/i.test(headers['content-type'] ?? '') &&
  headers['content-length'] === undefined &&
  (headers['content-encoding'] ?? 'identity') === 'identity';

/** Whether what was sent ends with a blank line, so that the next line begins an event. */
const followEvents = (response: IncomingMessage): (() => boolean) => {
  let last = '\n\n';
  response.on('data', (chunk: Buffer) => {
    last = `${last}${chunk.subarray(-4).toString('latin1')}`.slice(-4);
  });
  return () => /(?:\r\n\r\n|\n\n|\r\r)$/.test(last);
};

/**
 * What becomes of an answer whose gateway is lost in it. Of which the client has heard nothing yet: nothing here, since
 * whoever is told of the failure answers it as one. A stream of events is ended, instead of being cut off: its last
 * event says that it is not whole, so that no reader takes it for complete, and one that reconnects does so at once. In
 * the middle of an event, and in any other answer, it is cut off: what is not whole must not look whole.
 */
export const endWhenLost = (response: IncomingMessage, res: ServerResponse): void => {
  const betweenEvents = isPlainEventStream(response.headers) ? followEvents(response) : () => false;
  const cutOff = res.destroy.bind(res);
  let ended = false;
  const end = (): void => {
    ended = true;
    const linger = setTimeout(cutOff, LINGER_MS);
    res.once('close', () => clearTimeout(linger));
  };
  // The proxy cuts off an answer that breaks, in more than one place; all of them come by here.
  res.destroy = (error?: Error): ServerResponse => {
    if (ended) return res;
    if (response.complete || res.socket === null || res.socket.destroyed) return cutOff(error);
    if (!res.headersSent) {
      for (const name of res.getHeaderNames()) res.removeHeader(name);
      end();
      return res;
    }
    if (res.writableEnded || !betweenEvents()) return cutOff(error);
    end();
    return res.end(LAST_EVENT);
  };
};
