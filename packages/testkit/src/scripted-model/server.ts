import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, type ScriptedModelEntry } from './catalogue.ts';
import { writeCompletion } from './completion.ts';
import { type ModelReply, status } from './reply.ts';
import { asChatRequest, type ChatRequest, type ModelRequest, readRequest } from './request.ts';

export interface ScriptedModelOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 0: the system chooses. */
  port?: number;
  models: ScriptedModelEntry[];
  /** When set, a request without `Authorization: Bearer <apiKey>` is answered 401. */
  apiKey?: string;
  /** Decides on every request of any path first; `undefined` leaves it to the rest. */
  intercept?(request: ModelRequest): ModelReply | undefined;
  /** Answers `/v1/chat/completions`. */
  respond(request: ChatRequest): ModelReply | Promise<ModelReply>;
}

export interface ScriptedModel extends AsyncDisposable {
  /** `http://host:port`, without a path. */
  url: string;
  /** `url` with `/v1`. */
  baseUrl: string;
  port: number;
  /** Every request so far, in order of arrival. */
  requests: ModelRequest[];
  /** Those of them that went to `/v1/chat/completions`. */
  chats(): ChatRequest[];
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

const CHAT_PATH = '/v1/chat/completions';

/** An OpenAI-compatible model server that says what a test tells it to say. */
export async function startScriptedModel(options: ScriptedModelOptions): Promise<ScriptedModel> {
  const requests: ModelRequest[] = [];

  const decide = async (request: ModelRequest): Promise<ModelReply> => {
    const intercepted = options.intercept?.(request);
    if (intercepted) return intercepted;
    if (options.apiKey !== undefined && request.headers.authorization !== `Bearer ${options.apiKey}`)
      return status(401, { error: { message: 'Incorrect API key provided', type: 'invalid_request_error' } });
    if (request.method === 'POST' && request.path === CHAT_PATH) return options.respond(asChatRequest(request));
    return describe(options.models, request) ?? status(404, { error: { message: `no ${request.path} here` } });
  };

  const server = createServer((incoming, response) => {
    readRequest(incoming)
      .then(async (request) => {
        requests.push(request);
        await write(response, request, await decide(request));
      })
      // A client that went away is its own business; a script that throws must show in the test.
      .catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else response.writeHead(500, { 'content-type': 'text/plain' }).end(`scripted model: ${String(error)}`);
      });
  });
  const host = options.host ?? '127.0.0.1';
  server.listen(options.port ?? 0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://${host}:${port}`;

  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return {
    url,
    baseUrl: `${url}/v1`,
    port,
    requests,
    chats: () => requests.filter(({ path }) => path === CHAT_PATH).map(asChatRequest),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function write(response: ServerResponse, request: ModelRequest, reply: ModelReply): Promise<void> {
  switch (reply.kind) {
    case 'hang':
      response.once('close', () => reply.onGone?.());
      return;
    case 'status': {
      const json = typeof reply.body === 'object' && reply.body !== null;
      const headers = { 'content-type': json ? 'application/json' : 'text/plain', ...reply.headers };
      response.writeHead(reply.status, headers).end(json ? JSON.stringify(reply.body) : String(reply.body ?? ''));
      return;
    }
    case 'text':
    case 'toolCall':
    case 'cut':
      await writeCompletion(response, asChatRequest(request), reply);
  }
}
