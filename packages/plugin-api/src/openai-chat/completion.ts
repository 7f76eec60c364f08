import type { JsonObject } from '../json.ts';
import { firstLine, UnusableAnswer } from './failure.ts';

export interface ChatAnswer {
  text: string;
  finishReason: string;
  usage?: JsonObject;
}

/** What of `chat.completion` and `chat.completion.chunk` is read here. */
interface Completion {
  choices?: { message?: { content?: unknown }; delta?: { content?: unknown }; finish_reason?: unknown }[];
  usage?: JsonObject | null;
  error?: unknown;
}

/** @throws UnusableAnswer when it is no completion. */
export function readCompletion(body: string): ChatAnswer {
  const completion = parse(body);
  const choice = completion.choices?.[0];
  if (typeof choice?.message?.content !== 'string') throw new UnusableAnswer(`no message in ${firstLine(body)}`);
  return answer(choice.message.content, finish(choice.finish_reason), completion.usage);
}

/**
 * Puts a streamed answer together and hands its pieces on as they come.
 * @throws UnusableAnswer when the stream holds an error, or ends before the answer does.
 */
export async function readStream(events: AsyncIterable<string>, onText: (text: string) => void): Promise<ChatAnswer> {
  let text = '';
  let finishReason: string | undefined;
  let usage: JsonObject | null | undefined;
  for await (const data of events) {
    if (data === '[DONE]') break;
    const chunk = parse(data);
    const choice = chunk.choices?.[0];
    const piece = choice?.delta?.content;
    if (typeof piece === 'string' && piece !== '') {
      text += piece;
      onText(piece);
    }
    if (typeof choice?.finish_reason === 'string') finishReason = choice.finish_reason;
    usage = chunk.usage ?? usage;
  }
  if (finishReason === undefined) throw new UnusableAnswer('it stopped half-way');
  return answer(text, finishReason, usage);
}

function parse(data: string): Completion {
  let parsed: Completion;
  try {
    parsed = JSON.parse(data) as Completion;
  } catch (cause) {
    throw new UnusableAnswer(`no JSON in ${firstLine(data)}`, { cause });
  }
  if (typeof parsed !== 'object' || parsed === null) throw new UnusableAnswer(`no object in ${firstLine(data)}`);
  if (parsed.error !== undefined) throw new UnusableAnswer(firstLine(data));
  return parsed;
}

const finish = (reason: unknown): string => (typeof reason === 'string' ? reason : 'stop');

const answer = (text: string, finishReason: string, usage: JsonObject | null | undefined): ChatAnswer =>
  usage ? { text, finishReason, usage } : { text, finishReason };
