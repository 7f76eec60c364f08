import type { RelayStatus, SelfTestScript } from '../protocol.ts';

/** One answer of the self-test model. */
export type Completion = { model: string; stream: boolean } & (
  | { kind: 'tool_call'; tool: string; arguments: Record<string, unknown> }
  | { kind: 'text'; text: string }
);

export interface SelfTest {
  arm(script: SelfTestScript): void;
  /** The answer to a body of `POST /v1/chat/completions` that belongs to the armed conversation; `undefined` for all others. */
  answer(body: Buffer): Completion | undefined;
  status(): NonNullable<RelayStatus['selfTest']>;
}

/** An agent asks a few times in one turn (a title, a retry); more than this is no self-test any more. */
const MAX_ANSWERS = 8;
const MAX_RESULT = 4_000;

interface Message {
  role?: unknown;
  content?: unknown;
}

const textOf = ({ content }: Message): string => {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: { text?: unknown }) => (typeof part?.text === 'string' ? part.text : '')).join('');
};

interface ChatBody {
  model: string;
  stream: boolean;
  messages: Message[];
  tools: string[];
}

const readBody = (body: Buffer): ChatBody | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { model, stream, messages, tools } = value as Record<string, unknown>;
  if (!Array.isArray(messages)) return undefined;
  const names = (Array.isArray(tools) ? tools : []).flatMap((tool: { function?: { name?: unknown } } | null) =>
    typeof tool?.function?.name === 'string' ? tool.function.name : [],
  );
  return {
    model: typeof model === 'string' ? model.slice(0, 128) : '',
    stream: stream === true,
    messages: messages.filter((message): message is Message => typeof message === 'object' && message !== null),
    tools: names,
  };
};

/** The model that the relay itself is for one conversation, when the host has armed it. */
export const createSelfTest = (now: () => number): SelfTest => {
  let armed: { script: SelfTestScript; until: number; left: number } | undefined;
  let answered = 0;
  const current = () => {
    if (armed && (now() > armed.until || armed.left <= 0)) armed = undefined;
    return armed;
  };
  return {
    arm: (script) => {
      armed = { script, until: now() + script.ttlMs, left: MAX_ANSWERS };
    },
    answer: (body) => {
      const test = current();
      const request = test && body.includes(test.script.marker) ? readBody(body) : undefined;
      if (!test || !request) return undefined;
      const { messages, tools, model, stream } = request;
      // Only who was given the marker by the host says it as a user; a tool that prints it is not that.
      if (!messages.some((message) => message.role === 'user' && textOf(message).includes(test.script.marker)))
        return undefined;
      test.left -= 1;
      answered += 1;
      // Agents put messages of their own behind a tool's result: the last of role `tool` counts, not the last of all.
      const asked = messages.findLastIndex((message) => message.role === 'assistant');
      const result = messages.findLastIndex((message) => message.role === 'tool');
      // It stays armed: agents ask about a conversation after its end as well (for a title), and the provider's model
      // is not to hear of it.
      if (result > asked)
        return { kind: 'text', model, stream, text: textOf(messages[result] ?? {}).slice(0, MAX_RESULT) };
      if (!tools.includes(test.script.tool))
        return { kind: 'text', model, stream, text: `there is no tool ${test.script.tool} among those offered` };
      return { kind: 'tool_call', model, stream, tool: test.script.tool, arguments: test.script.arguments };
    },
    status: () => ({ armed: current() !== undefined, answered }),
  };
};
