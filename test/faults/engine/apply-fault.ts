import { setTimeout as sleep } from 'node:timers/promises';
import { answerOf, breakOffAfter, type Delivery, deliver, hungUp, join } from './delivery.ts';

/** What may become of one call. */
export const FAULTS = ['refused', 'delayed', 'answered-500', 'cut', 'answer-lost', 'twice'] as const;
export type Fault = (typeof FAULTS)[number];

/** For how long a delayed call is kept from the engine while its client still waits; then it goes its way, late. */
const HOLD_MS = 6_000;
/** A call that comes in after a delayed one reaches the engine after it. */
const HEAD_START_MS = 150;
/** A request that is longer than this is what is cut, not its answer. */
const LONG_REQUEST = 4096;

const LONGEST_ID_ANSWER = 4096;

const BROKEN = JSON.stringify({ message: 'something is broken in the engine (a test says so)' });
const ANSWER_500 = [
  'HTTP/1.1 500 Internal Server Error',
  'Content-Type: application/json',
  `Content-Length: ${Buffer.byteLength(BROKEN)}`,
  'Connection: close',
  '',
  BROKEN,
].join('\r\n');

interface Way extends Delivery {
  engine: string;
  /** Sees each answer of the engine, also one that the client never does. */
  learn(answer: Buffer): void;
  /** Other calls wait for this. */
  holdOthers(until: Promise<unknown>): void;
}

/** Undisturbed. */
export const pass = ({ engine, bytes, client, learn }: Way): void => {
  const upstream = deliver(engine, bytes);
  let seen = Buffer.alloc(0);
  // At once: the client's next call may be about the id that is in it.
  upstream.on('data', (chunk: Buffer) => {
    if (seen.length > LONGEST_ID_ANSWER) return;
    seen = Buffer.concat([seen, chunk]);
    learn(seen);
  });
  join(client, upstream);
};

/** Applies it to this one call; resolves when the call needs nobody any more but its own sockets. */
export const applyFault = async (fault: Fault, way: Way): Promise<void> => {
  const { engine, bytes, client, learn } = way;
  switch (fault) {
    case 'refused':
      client.destroy();
      return;
    case 'answered-500':
      client.end(ANSWER_500);
      return;
    case 'delayed': {
      if (!(await hungUp(client, HOLD_MS))) return pass(way);
      const upstream = deliver(engine, bytes);
      const answered = answerOf(upstream).then(learn);
      way.holdOthers(Promise.race([answered, sleep(HEAD_START_MS)]));
      await answered;
      upstream.destroy();
      client.destroy();
      return;
    }
    case 'cut': {
      if (bytes.length > LONG_REQUEST) {
        const upstream = deliver(engine, Buffer.alloc(0));
        await breakOffAfter(upstream, bytes);
        client.destroy();
        return;
      }
      const upstream = deliver(engine, bytes);
      const answer = await answerOf(upstream);
      learn(answer);
      await breakOffAfter(client, answer);
      upstream.destroy();
      return;
    }
    case 'answer-lost': {
      const upstream = deliver(engine, bytes);
      learn(await answerOf(upstream));
      client.destroy();
      upstream.destroy();
      return;
    }
    case 'twice': {
      const first = deliver(engine, bytes);
      learn(await answerOf(first));
      client.once('close', () => first.destroy());
      pass(way);
    }
  }
};
