import type { IncomingMessage } from 'node:http';
import { type Readable, Transform } from 'node:stream';

/** More bytes came than the limit allows. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
  readonly code = 'BODY_TOO_LARGE';
}

/** True when the request says itself that it is larger. */
export const declaresMoreThan = (req: IncomingMessage, bytes: number): boolean =>
  Number(req.headers['content-length'] ?? 0) > bytes;

export const hasBody = (req: IncomingMessage): boolean =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;

/**
 * The request's body, failing with BodyTooLarge past `bytes`. Always a stream of its own: whoever gets it destroys it
 * when the other side fails, and destroying the request would close the connection that has to carry the answer.
 */
export const boundedBody = (req: IncomingMessage, bytes: number): Readable => {
  let seen = 0;
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > bytes) done(new BodyTooLarge(`the body is larger than ${bytes} bytes`));
      else done(null, chunk);
    },
  });
  req.once('close', () => {
    if (!req.complete) bounded.destroy(new Error('the client went away'));
  });
  return req.pipe(bounded);
};

/** All of the request's body in memory; `undefined` when it is too large or breaks off. */
export const wholeBody = async (req: IncomingMessage, bytes: number): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of boundedBody(req, bytes)) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
};
