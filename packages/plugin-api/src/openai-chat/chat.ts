import type { AgentContribution } from '../agent.ts';
import { isCodedError } from '../errors.ts';
import { type ChatAnswer, readCompletion, readStream } from './completion.ts';
import { boundedText, eventData } from './event-stream.ts';
import { broken, refused, UnusableAnswer, unreachable } from './failure.ts';

const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;

export interface OpenAiAgent {
  /** The agent's name, for messages. */
  title: string;
  /** What it answers to in the field `model`. */
  model: string;
}

/**
 * The `chat` of an agent whose gateway speaks OpenAI's `POST /v1/chat/completions` with a bearer token: one
 * conversation through ingress. Streams when the caller wants pieces. An abort rejects with the signal's reason;
 * everything else that goes wrong is CHAT_FAILED.
 */
export const openAiChat =
  ({ title, model }: OpenAiAgent): AgentContribution['chat'] =>
  async (input, signal) => {
    const streaming = input.onText !== undefined;
    const url = new URL('/v1/chat/completions', input.ingressUrl);
    // A gateway that repeats what it was sent would put the token into an error.
    const hidden = (text: string): string => text.replaceAll(input.token, '[token]');
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'error',
        signal,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${input.token}` },
        body: JSON.stringify({
          model,
          messages: input.turns,
          stream: streaming,
          ...(streaming ? { stream_options: { include_usage: true } } : {}),
        }),
      });
      const body: AsyncIterable<Uint8Array> = response.body ?? empty();
      if (!response.ok) {
        const said = await boundedText(body, MAX_ERROR_BYTES).catch(() => '');
        throw refused(title, response.status, hidden(said));
      }
      return await read(body, input.onText);
    } catch (error) {
      signal.throwIfAborted();
      if (isCodedError(error)) throw error;
      if (error instanceof UnusableAnswer || error instanceof RangeError) throw broken(title, hidden(error.message));
      throw unreachable(url.origin, error);
    }
  };

const read = async (body: AsyncIterable<Uint8Array>, onText?: (text: string) => void): Promise<ChatAnswer> =>
  onText
    ? readStream(eventData(body, MAX_ANSWER_BYTES), onText)
    : readCompletion(await boundedText(body, MAX_ANSWER_BYTES));

async function* empty(): AsyncGenerator<Uint8Array> {}
