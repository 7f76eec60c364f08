import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type ModelReply, pieces } from './reply.ts';
import type { ChatRequest } from './request.ts';

type Answer = Extract<ModelReply, { kind: 'text' | 'toolCall' | 'cut' }>;

/** Writes an answer in OpenAI's format: as server-sent events when the client asked for a stream, as one object else. */
export const writeCompletion = (response: ServerResponse, request: ChatRequest, reply: Answer): Promise<void> =>
  request.stream ? stream(response, request, reply) : whole(response, request, reply);

async function whole(response: ServerResponse, request: ChatRequest, reply: Answer): Promise<void> {
  let message: Record<string, unknown>;
  switch (reply.kind) {
    case 'text': {
      let content = '';
      for await (const piece of pieces(reply.text)) content += piece;
      message = { role: 'assistant', content };
      break;
    }
    case 'toolCall':
      message = { role: 'assistant', content: null, tool_calls: [call(reply)] };
      break;
    case 'cut':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100000' });
      response.write(reply.text, () => response.destroy());
      return;
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      ...head(request),
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: finishReason(reply) }],
      usage: usage(request),
    }),
  );
}

async function stream(response: ServerResponse, request: ChatRequest, reply: Answer): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const send = async (delta: Record<string, unknown>, finish: string | null = null): Promise<void> => {
    const chunk = {
      ...head(request),
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason: finish }],
    };
    if (!response.write(`data: ${JSON.stringify(chunk)}\n\n`)) await once(response, 'drain');
  };

  await send({ role: 'assistant', content: '' });
  switch (reply.kind) {
    case 'cut':
      await send({ content: reply.text });
      response.destroy();
      return;
    case 'toolCall':
      await send({ tool_calls: [{ index: 0, ...call(reply) }] });
      break;
    case 'text':
      for await (const piece of pieces(reply.text)) await send({ content: piece });
      break;
  }
  await send({}, finishReason(reply));
  response.write(
    `data: ${JSON.stringify({ ...head(request), object: 'chat.completion.chunk', choices: [], usage: usage(request) })}\n\n`,
  );
  response.end('data: [DONE]\n\n');
}

const head = (request: ChatRequest): object => ({
  id: 'chatcmpl-scripted',
  created: 1_700_000_000,
  model: request.model,
});

const call = (reply: Extract<ModelReply, { kind: 'toolCall' }>): object => ({
  id: reply.callId ?? 'call_scripted_1',
  type: 'function',
  function: { name: reply.tool, arguments: JSON.stringify(reply.arguments) },
});

const finishReason = (reply: Answer): string =>
  reply.kind === 'toolCall' ? 'tool_calls' : reply.kind === 'text' ? (reply.finishReason ?? 'stop') : 'stop';

/** Four bytes a token: near enough for whoever only wants numbers. */
const usage = (request: ChatRequest): object => {
  const prompt = Math.ceil(request.body.length / 4);
  return { prompt_tokens: prompt, completion_tokens: 1, total_tokens: prompt + 1 };
};
