import { type ModelReply, text, toolCall } from './reply.ts';
import { type ChatRequest, messageText } from './request.ts';

/**
 * Result of the tool call that this turn asked for, or `undefined` when it has not been made yet.
 *
 * Looks for the last message of role `tool` after the last of the assistant, not at the last message: agents append
 * messages of their own (OpenClaw a user message), and a script that judges by the last one asks for its tool for ever.
 */
export function toolResult(request: ChatRequest): string | undefined {
  const asked = request.messages.findLastIndex((message) => message.role === 'assistant');
  const answered = request.messages.findLastIndex((message) => message.role === 'tool');
  return answered > asked ? messageText(request.messages[answered]!) : undefined;
}

/** Asks for one tool call, then answers with text: by default with what the tool gave back. */
export function toolCallThenText(script: {
  tool: string;
  arguments: Record<string, unknown>;
  text?: (result: string) => string;
}): (request: ChatRequest) => ModelReply {
  return (request) => {
    const result = toolResult(request);
    if (result === undefined) return toolCall(script.tool, script.arguments);
    return text(script.text?.(result) ?? result);
  };
}
