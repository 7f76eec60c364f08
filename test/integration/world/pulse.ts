import { request } from 'node:http';

export interface Answer {
  /** `complete` when headers and the whole body came. */
  outcome: 'complete' | 'broken';
  status: number;
  retryAfter: string | undefined;
  elapsedMs: number;
  error?: string;
}

export interface Pulse {
  /** Stops sending and waits until every request has ended. */
  stop(): Promise<Answer[]>;
}

/** One request on a connection of its own; no answer within the bound is a broken one. */
export const askOnce = (url: string, boundMs: number): Promise<Answer> =>
  new Promise((resolve) => {
    const begin = performance.now();
    const end = (part: Omit<Answer, 'elapsedMs'>) => resolve({ ...part, elapsedMs: performance.now() - begin });
    const call = request(url, { agent: false, headers: { connection: 'close' } }, (response) => {
      response.resume();
      response.once('close', () =>
        end({
          outcome: response.complete ? 'complete' : 'broken',
          status: response.statusCode ?? 0,
          retryAfter: response.headers['retry-after'],
        }),
      );
    });
    call.setTimeout(boundMs, () => call.destroy(new Error(`no answer within ${boundMs} ms`)));
    call.once('error', (error) => end({ outcome: 'broken', status: 0, retryAfter: undefined, error: error.message }));
    call.end();
  });

/** A client that opens a new connection every `everyMs`, whatever became of the ones before. */
export const startPulse = (url: string, everyMs: number, boundMs: number): Pulse => {
  const inFlight: Promise<Answer>[] = [];
  const timer = setInterval(() => inFlight.push(askOnce(url, boundMs)), everyMs);
  return {
    async stop() {
      clearInterval(timer);
      return Promise.all(inFlight);
    },
  };
};

/** What the promise of ingress allows: the answer itself, or a plain "not now" that says when to come back. */
export const isKept = (answer: Answer): boolean =>
  answer.outcome === 'complete' &&
  ((answer.status >= 200 && answer.status < 300) || (answer.status === 503 && answer.retryAfter !== undefined));
