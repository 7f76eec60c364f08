import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

export interface ModelMessage {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  content?: unknown;
  tool_calls?: { id: string; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
}

/** A request as it came in. */
export interface ModelRequest {
  method: string;
  /** Path with query. */
  path: string;
  headers: IncomingHttpHeaders;
  /** The raw body. */
  body: string;
  /** The body as JSON; `undefined` when it is none. */
  json: unknown;
}

/** A request to `/v1/chat/completions`. */
export interface ChatRequest extends ModelRequest {
  model: string;
  messages: ModelMessage[];
  stream: boolean;
  /** Names of the tools that were offered. */
  tools: string[];
}

export async function readRequest(incoming: IncomingMessage): Promise<ModelRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: incoming.headers,
    body,
    json: parse(body),
  };
}

export function asChatRequest(request: ModelRequest): ChatRequest {
  const json = (request.json ?? {}) as {
    model?: string;
    messages?: ModelMessage[];
    stream?: boolean;
    tools?: { function?: { name?: string } }[];
  };
  return {
    ...request,
    model: json.model ?? '',
    messages: json.messages ?? [],
    stream: json.stream === true,
    tools: (json.tools ?? []).flatMap((tool) => tool.function?.name ?? []),
  };
}

/** Text of a message, whether it is a string or a list of parts. */
export function messageText(message: ModelMessage): string {
  if (typeof message.content === 'string') return message.content;
  if (!Array.isArray(message.content)) return '';
  return message.content.map((part: { text?: unknown }) => (typeof part.text === 'string' ? part.text : '')).join('');
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
