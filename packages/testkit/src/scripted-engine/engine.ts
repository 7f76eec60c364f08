import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { refusal, type ScriptedAnswer } from './answers.ts';

export interface ScriptedRequest {
  method: string;
  /** Without the API version and the query. */
  path: string;
  /** `1.50`, or empty. */
  version: string;
  query: URLSearchParams;
  body: Buffer;
}

export interface ScriptedEngine {
  socketPath: string;
  /** For the `DOCKER_HOST` of the driver under test. */
  dockerHost: string;
  /** Answers for a method and path, one a request; the last one stays. */
  on(method: string, path: string | RegExp, ...answers: ScriptedAnswer[]): ScriptedEngine;
  /** All that came in, in order. */
  requests: readonly ScriptedRequest[];
  /** Resolves when a request of that kind has come in (also when it had before). */
  received(method: string, path: string | RegExp): Promise<ScriptedRequest>;
  /** Sockets that clients hold open now. */
  readonly openSockets: number;
  close(): Promise<void>;
}

interface Script {
  method: string;
  path: string | RegExp;
  answers: ScriptedAnswer[];
}

/**
 * A Docker engine on a unix socket that says what a test tells it to: for failures that a real one won't give on demand.
 * What is not scripted is refused with 501, so that a test can't pass by accident.
 */
export const startScriptedEngine = async (): Promise<ScriptedEngine> => {
  const folder = await mkdtemp(join(tmpdir(), 'scripted-engine-'));
  const socketPath = join(folder, 'docker.sock');
  const scripts: Script[] = [];
  const requests: ScriptedRequest[] = [];
  const waiting = new Set<() => void>();
  const sockets = new Set<Duplex>();

  const answerFor = (request: ScriptedRequest): ScriptedAnswer => {
    const script = scripts.findLast((candidate) => matches(candidate, request));
    if (!script) return refusal(501, `not scripted: ${request.method} ${request.path}`);
    return (
      (script.answers.length > 1 ? script.answers.shift() : script.answers[0]) ?? refusal(501, 'no answer scripted')
    );
  };

  const take = async (message: IncomingMessage): Promise<ScriptedAnswer> => {
    const request = await readRequest(message);
    requests.push(request);
    for (const wake of waiting) wake();
    return answerFor(request);
  };

  const server = createServer((message, response) => {
    take(message).then(
      (answer) => reply(answer, response),
      () => response.destroy(),
    );
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  // Node hands an upgrade's socket over with the body unread: what is in the way is the body of the exec's start.
  server.on('upgrade', (message, socket, head) => {
    const length = Number(message.headers['content-length'] ?? 0);
    readUpgradeBody(socket, head, length).then(async (body) => {
      const request = describe(message, body);
      requests.push(request);
      for (const wake of waiting) wake();
      await replyRaw(answerFor(request), socket);
    });
  });
  server.listen(socketPath);
  await once(server, 'listening');

  const engine: ScriptedEngine = {
    socketPath,
    dockerHost: `unix://${socketPath}`,
    on(method, path, ...answers) {
      scripts.push({ method, path, answers });
      return engine;
    },
    requests,
    async received(method, path) {
      for (;;) {
        const found = requests.find((request) => matches({ method, path }, request));
        if (found) return found;
        await new Promise<void>((resolve) => {
          const wake = () => {
            waiting.delete(wake);
            resolve();
          };
          waiting.add(wake);
        });
      }
    },
    get openSockets() {
      return sockets.size;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return engine;
};

const matches = (script: { method: string; path: string | RegExp }, request: ScriptedRequest): boolean =>
  script.method === request.method &&
  (typeof script.path === 'string' ? script.path === request.path : script.path.test(request.path));

const describe = (message: IncomingMessage, body: Buffer): ScriptedRequest => {
  const url = new URL(message.url ?? '/', 'http://engine');
  const versioned = /^\/v(\d+\.\d+)(\/.*)$/.exec(url.pathname);
  return {
    method: message.method ?? '',
    path: versioned?.[2] ?? url.pathname,
    version: versioned?.[1] ?? '',
    query: url.searchParams,
    body,
  };
};

const readRequest = async (message: IncomingMessage): Promise<ScriptedRequest> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return describe(message, Buffer.concat(chunks));
};

const readUpgradeBody = (socket: Duplex, head: Buffer, length: number): Promise<Buffer> =>
  new Promise((resolve) => {
    let body = head;
    const done = () => {
      socket.off('data', onData);
      resolve(body.subarray(0, length));
    };
    const onData = (chunk: Buffer) => {
      body = Buffer.concat([body, chunk]);
      if (body.length >= length) done();
    };
    socket.on('data', onData);
    if (body.length >= length) done();
  });

const reply = async (answer: ScriptedAnswer, response: ServerResponse): Promise<void> => {
  switch (answer.kind) {
    case 'answer':
      response.writeHead(answer.status, answer.headers).end(answer.body);
      return;
    case 'stream':
      response.writeHead(answer.status);
      response.flushHeaders();
      for (const piece of answer.pieces) await write(response, piece);
      if (answer.then === 'end') response.end();
      if (answer.then === 'cut') response.destroy();
      return;
    case 'hijack':
      response.writeHead(500).end('the client did not ask for the connection');
      return;
    case 'cut':
      response.destroy();
      return;
    case 'late':
      await setTimeout(answer.afterMs, undefined, { ref: false });
      return reply(answer.answer, response);
    case 'hang':
      return;
  }
};

const replyRaw = async (answer: ScriptedAnswer, socket: Duplex): Promise<void> => {
  switch (answer.kind) {
    case 'hijack':
      await write(socket, 'HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
      for (const piece of answer.pieces) await write(socket, piece);
      if (answer.then === 'end') socket.end();
      if (answer.then === 'cut') socket.destroy();
      return;
    case 'answer': {
      const body = Buffer.from(answer.body);
      socket.write(`HTTP/1.1 ${answer.status} Scripted\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`);
      socket.end(body);
      return;
    }
    case 'stream':
    case 'cut':
      socket.destroy();
      return;
    case 'late':
      await setTimeout(answer.afterMs, undefined, { ref: false });
      return replyRaw(answer.answer, socket);
    case 'hang':
      return;
  }
};

/** Each piece in a turn of its own, so that the client sees pieces and not their sum. */
const write = (to: NodeJS.WritableStream, piece: string | Buffer): Promise<void> =>
  new Promise((resolve) => {
    to.write(piece, () => setImmediate(resolve));
  });
