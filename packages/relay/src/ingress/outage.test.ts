import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { makeConfig } from '../testing/config.ts';
import { startFrontDoor } from '../testing/front-door.ts';
import { call, freePort, portOf } from '../testing/http.ts';
import { startIngress } from './server.ts';

const OUTAGE_MS = 2_000;

/** A client that opens a new connection every 100 ms, before, during and after the gateway is away. */
const rideThrough = async (holdMs: number | 'off'): Promise<string[]> => {
  const port = await freePort();
  const listener: Parameters<typeof startFrontDoor>[0] = (_req, res) => void res.end('ok');
  const before = await startFrontDoor(listener, { port });
  const { ingress } = makeConfig({ ingress: { target: { host: '127.0.0.1', port }, holdMs } });
  const server = await startIngress(ingress, '127.0.0.1', () => {});
  onTestFinished(() => server.close(0));

  const ask = async (): Promise<string> => {
    try {
      const { status, headers } = await call({ port: portOf(server.address), method: 'POST', body: 'hello' });
      return status === 503 && headers['retry-after'] === undefined ? 'bare 503' : String(status);
    } catch (error) {
      return error instanceof Error ? error.message : 'failed';
    }
  };
  const answers: Promise<string>[] = [];
  const begin = () => setInterval(() => answers.push(ask()), 100);
  let client = begin();
  await sleep(300);
  clearInterval(client);
  // What a gateway takes with it when it goes is answered 503, and is no matter of the hold.
  await Promise.all(answers);
  await before.leave();
  client = begin();
  await sleep(OUTAGE_MS);
  await startFrontDoor(listener, { port });
  await sleep(300);
  clearInterval(client);
  return Promise.all(answers);
};

// In one test: what is to be undone when a test is finished would, with several under way, be undone with another one.
it('a gateway that is away for two seconds goes unnoticed with the hold on, and with a short one costs an answer', async () => {
  const [held, late, off] = await Promise.all([rideThrough(10_000), rideThrough(500), rideThrough('off')]);
  expect(held.length).toBeGreaterThan(15);
  expect(new Set(held)).toEqual(new Set(['200']));
  // At most an answer that says when to come back.
  expect(new Set(late)).toEqual(new Set(['200', '503']));
  // The measurement can fail.
  expect(off.filter((answer) => answer === '502').length).toBeGreaterThan(10);
});
