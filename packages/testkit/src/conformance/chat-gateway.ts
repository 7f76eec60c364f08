import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a scripted gateway answers to one chat. */
export type ChatScript =
  | { kind: 'text'; pieces: string[] }
  | { kind: 'status'; status: number; body: string }
  /** Headers and one piece, then nothing more. */
  | { kind: 'hang'; piece: string; onGone: () => void }
  /** One piece, then the connection breaks. */
  | { kind: 'cut'; piece: string };

export interface ChatGateway extends AsyncDisposable {
  url: string;
  /** Bodies and authorisations of the chats that came. */
  seen: { authorization: string | undefined; body: string }[];
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
};

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const delta = (content: string): string => event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
const END = `${event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}data: [DONE]\n\n`;

function play(script: ChatScript, streamed: boolean, response: ServerResponse): void {
  const type = streamed ? 'text/event-stream' : 'application/json';
  switch (script.kind) {
    case 'status':
      response.writeHead(script.status, { 'content-type': 'application/json' }).end(script.body);
      return;
    case 'text': {
      const message = { role: 'assistant', content: script.pieces.join('') };
      response.writeHead(200, { 'content-type': type });
      if (streamed) response.end(script.pieces.map(delta).join('') + END);
      else response.end(JSON.stringify({ choices: [{ index: 0, message, finish_reason: 'stop' }] }));
      return;
    }
    case 'hang':
      response.on('close', script.onGone);
      response.writeHead(200, { 'content-type': type }).write(streamed ? delta(script.piece) : '{"choices":[');
      return;
    case 'cut':
      response.writeHead(200, { 'content-type': type });
      response.write(streamed ? delta(script.piece) : '{"choices":[', () => response.destroy());
  }
}

/** An agent's gateway that speaks OpenAI's chat completions and does what `script` says. */
export async function startChatGateway(script: () => ChatScript): Promise<ChatGateway> {
  const seen: ChatGateway['seen'] = [];
  const server = createServer(async (request, response) => {
    const body = await readBody(request);
    seen.push({ authorization: request.headers.authorization, body });
    play(script(), JSON.parse(body).stream === true, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
