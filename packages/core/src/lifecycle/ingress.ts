import { request } from 'node:http';
import { codedError } from '../errors/index.ts';
import { oneLine } from '../redaction/index.ts';
import type { Clock } from './services.ts';

export interface IngressAnswer {
  url: string;
  status: number;
  elapsedMs: number;
}

interface Answer {
  status: number;
  /** Of a 503: what the relay says when it held a request for as long as it may. */
  retryAfter: string | undefined;
  /** The beginning of the body. */
  text: string;
}

const PING_MS = 60_000;
const MIN_PAUSE_MS = 200;
const MAX_PAUSE_MS = 2_000;
const MAX_TEXT = 200;

/** On a connection of its own. */
const get = (url: string, signal: AbortSignal): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const call = request(url, { agent: false, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text = (text + piece).slice(0, MAX_TEXT);
      });
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], text }),
      );
      response.once('error', reject);
    });
    call.once('error', reject);
    call.end();
  });

/**
 * One request from the host through ingress that comes back with the agent's ping status; RESTART_INGRESS_FAILED
 * otherwise. "Not now, come back" (503 with Retry-After) is asked again until the time is over, as by any good client.
 */
export const pingIngress = async (input: {
  port: number;
  ping: { path: string; status: number };
  clock: Clock;
  signal: AbortSignal;
  boundMs?: number;
}): Promise<IngressAnswer> => {
  const { ping, clock, boundMs = PING_MS } = input;
  const url = `http://127.0.0.1:${input.port}${ping.path}`;
  const begin = clock.elapsed();
  const late = AbortSignal.timeout(boundMs);
  const signal = AbortSignal.any([input.signal, late]);
  const failed = (what: string, cause?: unknown) =>
    codedError('RESTART_INGRESS_FAILED', { message: `Ingress at ${url} ${what}.`, cause });
  let refusal: Answer | undefined;
  for (;;) {
    try {
      const answer = await get(url, signal);
      if (answer.status === ping.status) return { url, status: answer.status, elapsedMs: clock.elapsed() - begin };
      refusal = answer;
      if (answer.status === 503 && answer.retryAfter !== undefined) {
        const asked = Number(answer.retryAfter) * 1_000 || 0;
        await clock.sleep(Math.min(Math.max(asked, MIN_PAUSE_MS), MAX_PAUSE_MS), signal);
        continue;
      }
    } catch (cause) {
      input.signal.throwIfAborted();
      if (!late.aborted) throw failed(`did not answer: ${(cause as Error).message}`, cause);
      if (!refusal) throw failed(`did not answer within ${boundMs / 1000} s`, cause);
    }
    const said = refusal.text.trim() === '' ? '' : `: ${oneLine(refusal.text, MAX_TEXT)}`;
    throw failed(
      `answered ${refusal.status}, not ${ping.status}${late.aborted ? ` for ${boundMs / 1000} s` : ''}${said}`,
    );
  }
};
