import type { Nemoclaw } from '@nemoclaw/core';
import { type Driver, IDS, PATHS } from '@nemoclaw/plugin-api';
import { type ScriptedModel, startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, type World } from './world/cli.ts';
import { onboardInput, openCore, QUICK } from './world/core.ts';
import { agentIdOf, openEngine, recordOf, relayIdOf, remains } from './world/engine.ts';
import { type Answer, askOnce, isKept, startPulse } from './world/pulse.ts';
import { followEvents, followSocket, type StreamLog } from './world/streams.ts';
import { readVolumeJson, writeVolumeFile } from './world/volume.ts';

const NAME = 'ingress';
const MODEL = 'scripted-1';
const HOLD_MS = 5_000;
const EVERY_MS = 100;

describe('ingress, whatever becomes of the gateway behind it', () => {
  let world: World;
  let driver: Driver;
  let model: ScriptedModel;
  let nemoclaw: Nemoclaw;

  const address = () => `127.0.0.1:${recordOf(world, NAME).ingressPort}`;
  const kill = (pattern: string, signal: string) =>
    driver.exec(agentIdOf(world, NAME), {
      argv: ['/bin/sh', '-c', `kill -${signal} $(pgrep -f '^${pattern}' | head -n 1)`],
      ...{ uid: 0, gid: 0, timeoutMs: 10_000 },
    });
  const answers = async () => (await fetch(`http://${address()}/healthz`).catch(() => undefined))?.status;
  /** A client at 100 ms and one of each kind of stream, before, while and after. */
  const during = async (happens: () => Promise<unknown>): Promise<{ pulse: Answer[]; streams: StreamLog[] }> => {
    const followers = [followEvents(`http://${address()}/events`), followSocket(`ws://${address()}/socket`)];
    await expect.poll(() => followers.map(({ log }) => log.opened), { timeout: 10_000 }).toEqual([1, 1]);
    const pulse = startPulse(`http://${address()}/healthz`, EVERY_MS, HOLD_MS + 5_000);
    await happens();
    // Until both are through to the gateway that came after.
    await expect.poll(() => followers.every(({ log }) => log.opened > 1), { timeout: 30_000 }).toBe(true);
    await expect.poll(answers, { timeout: 30_000 }).toBe(200);
    const [all] = await Promise.all([pulse.stop(), ...followers.map((follower) => follower.stop())]);
    return { pulse: all, streams: followers.map(({ log }) => log) };
  };

  beforeAll(async () => {
    world = makeWorld();
    driver = openEngine();
    model = await startScriptedModel({
      models: [{ id: MODEL, context: 8_192 }],
      respond: () => text('hello'),
      host: '0.0.0.0',
    });
    nemoclaw = await openCore(world.home, { env: { ...QUICK, NEMOCLAW_HOLD_MS: String(HOLD_MS) } });
    await nemoclaw.onboard(onboardInput(NAME, model.baseUrl, MODEL, 'tiny'));
  });
  afterAll(async () => {
    await nemoclaw.destroy(NAME);
    await nemoclaw.close();
    await model.close();
    await world.dispose();
    expect(await remains(driver, NAME)).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a restart of the gateway', () => nemoclaw.gatewayRestart(NAME, {})],
    ['a crash of the gateway', () => kill(`${PATHS.node} /opt/tiny/gateway.mjs`, 'KILL')],
    ['`docker restart` of its container', () => driver.restart(agentIdOf(world, NAME), { timeoutSeconds: 10 })],
    [
      'the end of the supervisor, and with it of the container',
      () => kill(`${PATHS.node} ${PATHS.supervisor} run`, 'KILL'),
    ],
  ])('%s: every request is answered completely, and every stream ended cleanly', async (_what, happens) => {
    const { pulse, streams } = await during(happens);
    expect(pulse.filter((answer) => !isKept(answer))).toEqual([]);
    expect(Math.max(...pulse.map(({ elapsedMs }) => elapsedMs))).toBeLessThan(HOLD_MS + 2_000);
    // The gateway was really away: both streams lost it.
    const [events, socket] = streams as [StreamLog, StreamLog];
    expect(events.ends).toEqual([{ clean: true, how: expect.stringContaining('gateway_lost') }]);
    expect(socket.ends).toEqual([{ clean: true, how: '1012' }]);
    // Called again, they were held like any request.
    expect(events.refused.filter((refusal) => refusal !== '503 with Retry-After')).toEqual([]);
  });

  it('answers a burst of 500 requests, all at once, by the gateway itself', async () => {
    const burst = await Promise.all(
      Array.from({ length: 500 }, () => askOnce(`http://${address()}/healthz`, HOLD_MS + 5_000)),
    );
    expect(burst.filter(({ outcome, status }) => outcome !== 'complete' || status !== 200)).toEqual([]);
  });

  it('holds no longer than it may, and says when to come back', async () => {
    await driver.stop(agentIdOf(world, NAME), { timeoutSeconds: 10 });
    const pulse = startPulse(`http://${address()}/healthz`, EVERY_MS, HOLD_MS + 5_000);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const late = await pulse.stop();
    await driver.start(agentIdOf(world, NAME));
    expect(new Set(late.map(({ outcome, status, retryAfter }) => `${outcome} ${status} ${retryAfter}`))).toEqual(
      new Set(['complete 503 2']),
    );
    for (const { elapsedMs } of late) {
      expect(elapsedMs).toBeGreaterThan(HOLD_MS - 100);
      expect(elapsedMs).toBeLessThan(HOLD_MS + 2_000);
    }
    await expect.poll(answers, { timeout: 30_000 }).toBe(200);
  });

  it('loses requests over a crash when the hold is off: what is measured above can fail', async () => {
    const config = await readVolumeJson<{ ingress: object }>(driver, world, NAME, 'relay', 'relay.json');
    const content = JSON.stringify({ ...config, ingress: { ...config.ingress, holdMs: 'off' } });
    await writeVolumeFile(driver, world, NAME, 'relay', 'relay.json', content, { uid: IDS.relay, mode: 0o400 });
    await driver.restart(relayIdOf(world, NAME), { timeoutSeconds: 10 });
    await expect.poll(answers, { timeout: 30_000 }).toBe(200);
    const pulse = startPulse(`http://${address()}/healthz`, EVERY_MS, HOLD_MS);
    await kill(`${PATHS.node} /opt/tiny/gateway.mjs`, 'KILL');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const lost = (await pulse.stop()).filter((answer) => !isKept(answer));
    expect(lost.length).toBeGreaterThan(5);
  });
});
