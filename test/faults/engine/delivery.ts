import { createConnection, type Socket } from 'node:net';

/** A request as it came in, whole; what a taken-over connection carries after it stays on the socket. */
export interface Delivery {
  bytes: Buffer;
  client: Socket;
}

/** Long enough for an engine that streams for ever to have begun, and no longer. */
const STREAM_BEGINS_MS = 300;

/** A connection to the engine with the request on it. Errors end it; what became of the call shows in the answer. */
export const deliver = (engine: string, bytes: Buffer): Socket => {
  const upstream = createConnection({ path: engine, allowHalfOpen: true });
  upstream.on('error', () => upstream.destroy());
  upstream.write(bytes);
  return upstream;
};

/** Both ways until both are over, half-closes included: the end of an exec's input must reach it. */
export const join = (client: Socket, upstream: Socket): void => {
  client.pipe(upstream);
  upstream.pipe(client);
  client.once('close', () => upstream.destroy());
  upstream.once('close', () => client.destroySoon());
};

/** The whole answer, or what has come of one that does not end by itself. */
export const answerOf = (upstream: Socket): Promise<Buffer> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let timer: NodeJS.Timeout | undefined;
    const done = () => {
      clearTimeout(timer);
      upstream.off('data', take);
      upstream.pause();
      resolve(Buffer.concat(chunks));
    };
    const take = (chunk: Buffer) => {
      chunks.push(chunk);
      timer ??= setTimeout(done, STREAM_BEGINS_MS);
    };
    upstream.on('data', take);
    upstream.once('end', done);
    upstream.once('close', done);
  });

/** Half of it, and then nothing more. */
export const breakOffAfter = (socket: Socket, bytes: Buffer): Promise<void> =>
  new Promise((resolve) => {
    socket.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => {
      socket.destroy();
      resolve();
    });
  });

/** Resolves when the other side has gone, at the latest after `ms`; says whether it has. */
export const hungUp = (client: Socket, ms: number): Promise<boolean> =>
  new Promise((resolve) => {
    if (client.destroyed) return resolve(true);
    const done = (gone: boolean) => {
      clearTimeout(timer);
      client.off('close', onClose);
      client.off('end', onClose);
      client.pause();
      resolve(gone);
    };
    const onClose = () => done(true);
    const timer = setTimeout(() => done(false), ms);
    client.once('close', onClose);
    client.once('end', onClose);
    // An end is noticed by reading only; nothing is due on it but that.
    client.resume();
  });
