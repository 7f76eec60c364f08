import type { AgentContribution } from '@nemoclaw/plugin-api';
import { isCodedError } from '@nemoclaw/plugin-api';
import { type ChatAnswer, readCompletion, readStream } from './completion.ts';
import { boundedText, eventData } from './event-stream.ts';
import { broken, refused, unreachable } from './failure.ts';

const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;

/**
 * One conversation through ingress. Streams when the caller wants pieces. An abort rejects with the signal's reason;
 * everything else that goes wrong is CHAT_FAILED.
 */
export const chat: AgentContribution['chat'] = async (input, signal) => {
  const streaming = input.onText !== undefined;
  const url = new URL('/v1/chat/completions', input.ingressUrl);
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      signal,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${input.token}` },
      body: JSON.stringify({
        model: 'openclaw',
        messages: input.turns,
        stream: streaming,
        ...(streaming ? { stream_options: { include_usage: true } } : {}),
      }),
    });
    const body: AsyncIterable<Uint8Array> = response.body ?? empty();
    if (!response.ok) throw refused(response.status, await boundedText(body, MAX_ERROR_BYTES).catch(() => ''));
    return await read(body, input.onText);
  } catch (error) {
    signal.throwIfAborted();
    if (isCodedError(error)) throw error;
    if (error instanceof RangeError) throw broken(error.message, error);
    throw unreachable(url.origin, error);
  }
};

const read = async (body: AsyncIterable<Uint8Array>, onText?: (text: string) => void): Promise<ChatAnswer> =>
  onText
    ? readStream(eventData(body, MAX_ANSWER_BYTES), onText)
    : readCompletion(await boundedText(body, MAX_ANSWER_BYTES));

async function* empty(): AsyncGenerator<Uint8Array> {}
