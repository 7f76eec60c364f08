import type { ServerResponse } from 'node:http';
import type { Completion } from './selftest.ts';

const head = ({ model }: Completion): object => ({ id: 'chatcmpl-nemoclaw-selftest', created: 0, model });

const messageOf = (completion: Completion, index?: { index: number }): object => {
  switch (completion.kind) {
    case 'text':
      return { role: 'assistant', content: completion.text };
    case 'tool_call': {
      const call = {
        ...index,
        id: 'call_nemoclaw_selftest',
        type: 'function',
        function: { name: completion.tool, arguments: JSON.stringify(completion.arguments) },
      };
      return { role: 'assistant', content: null, tool_calls: [call] };
    }
  }
};

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

/** Writes an answer in OpenAI's format: server-sent events when the agent asked for a stream, one object else. */
export const writeCompletion = (res: ServerResponse, completion: Completion): void => {
  const finish = completion.kind === 'tool_call' ? 'tool_calls' : 'stop';
  if (!completion.stream) {
    const choices = [{ index: 0, message: messageOf(completion), finish_reason: finish }];
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ ...head(completion), object: 'chat.completion', choices, usage: USAGE }));
    return;
  }
  const chunk = (delta: object, reason: string | null): string =>
    `data: ${JSON.stringify({
      ...head(completion),
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason: reason }],
      ...(reason === null ? {} : { usage: USAGE }),
    })}\n\n`;
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  res.end(`${chunk(messageOf(completion, { index: 0 }), null)}${chunk({}, finish)}data: [DONE]\n\n`);
};
