import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
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

describe.concurrent('a gateway that is away for two seconds', () => {
  it('goes unnoticed by a client with the hold on', async () => {
    const answers = await rideThrough(10_000);
    expect(answers.length).toBeGreaterThan(20);
    expect(new Set(answers)).toEqual(new Set(['200']));
  });

  it('costs at most an answer that says when to come back when it outlasts the hold', async () => {
    const answers = await rideThrough(500);
    expect(new Set(answers)).toEqual(new Set(['200', '503']));
  });

  it('is a failure for the client with the hold off', async () => {
    const answers = await rideThrough('off');
    expect(answers.filter((answer) => answer === '502').length).toBeGreaterThan(10);
  });
});
