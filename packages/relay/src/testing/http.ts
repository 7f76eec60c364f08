import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type RequestListener, request } from 'node:http';
import { request as requestOverTls } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** Listens on a free loopback port until the test is over. */
export const onLoopback = async (server: Server, port = 0): Promise<number> => {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    if ('closeAllConnections' in server) (server as unknown as { closeAllConnections(): void }).closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
};

export const serveHttp = (listener: RequestListener): Promise<number> => onLoopback(createServer(listener));

/** A loopback port where nothing listens. */
export const freePort = async (): Promise<number> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

export interface Call {
  port: number;
  method?: string;
  /** Sent as it is. */
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Makes it a TLS call to inference.local, trusting this certificate. */
  ca?: string;
  signal?: AbortSignal;
}

/** Sends a request and resolves at the answer's head. */
export const open = async ({
  port,
  method = 'GET',
  path = '/',
  headers = {},
  body,
  ca,
  signal,
}: Call): Promise<IncomingMessage> => {
  const options = {
    host: '127.0.0.1',
    port,
    method,
    path,
    headers,
    agent: false as const,
    ...(signal === undefined ? {} : { signal }),
  };
  const req = ca === undefined ? request(options) : requestOverTls({ ...options, ca, servername: 'inference.local' });
  req.end(body);
  const [response] = (await once(req, 'response')) as [IncomingMessage];
  // The connection may break after the answer; the answer's own error says so.
  req.on('error', () => {});
  return response;
};

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export const call = async (what: Call): Promise<Reply> => {
  const response = await open(what);
  return { status: response.statusCode ?? 0, headers: response.headers, text: await text(response) };
};

export const portOf = (address: string): number => Number(address.split(':').at(-1));

/** Polls a condition that another process or socket brings about. */
export const until = async (condition: () => boolean, boundMs = 5_000): Promise<void> => {
  const deadline = performance.now() + boundMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('the condition never came true');
    await new Promise((resolve) => setImmediate(resolve));
  }
};
