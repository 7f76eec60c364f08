import type { ContainerState } from '@nemoclaw/plugin-api';
import { SUPERVISOR_PROTOCOL, type SupervisorStatus } from '@nemoclaw/supervisor/protocol';
import { describe, expect, it } from 'vitest';
import { type ControlCall, containerState, controlledBy } from '../driver.fixture.ts';
import { fastClock, servicesAt } from '../services.fixture.ts';
import { waitForGateway } from './agent.ts';

type Said = Partial<SupervisorStatus> | 'silence' | 'outdated';
const RUNNING: Said = {
  state: 'running',
  gateway: { pid: 7, startTime: '1', listenerInode: '9', netns: 'n', upMs: 1 },
};

/** The supervisor says one thing after the other, the last one for ever. */
const wait = (
  said: Said[],
  container: Partial<ContainerState> | 'gone' = {},
  signal = new AbortController().signal,
) => {
  const left = [...said];
  const reply = ({ request: { nonce } }: ControlCall): object => {
    const next = left.length > 1 ? left.shift() : left[0];
    if (next === 'silence') return { started: true, exitCode: 1, stderr: Buffer.from('no socket') };
    if (next === 'outdated') return { protocol: 99, nonce, ok: true, result: {} };
    return { protocol: SUPERVISOR_PROTOCOL, nonce, ok: true, result: { reason: 'so it is', lastLines: [], ...next } };
  };
  const clock = fastClock();
  const driver = controlledBy(reply, {
    inspect: async () => (container === 'gone' ? undefined : containerState(container)),
  });
  const services = { ...servicesAt('/nowhere'), clock };
  const outcome = waitForGateway({ services, driver, containerId: 'c1', signal });
  return { outcome, elapsed: clock.elapsed, limitMs: services.config.startTimeoutMs };
};

describe('waiting for the gateway', () => {
  it('ends when it runs with a listener that was verified', async () => {
    const unverified: Said = { state: 'running', gateway: { pid: 7, startTime: '1', netns: 'n', upMs: 1 } };
    const { outcome } = wait(['silence', { state: 'starting' }, { state: 'backoff' }, unverified, RUNNING]);
    expect((await outcome).gateway).toMatchObject({ listenerInode: '9' });
  });

  it.each([
    ['quarantined', /quarantined, so it is; it last said: boom/],
    ['config_refused', /config_refused/],
  ] as const)('fails at once when it is %s', async (state, words) => {
    const { outcome, elapsed } = wait([{ state, lastLines: ['first', 'boom'] }]);
    await expect(outcome).rejects.toMatchObject({
      code: 'GATEWAY_START_FAILED',
      message: expect.stringMatching(words),
    });
    expect(elapsed()).toBe(0);
  });

  it.each([
    ['is gone', 'gone', /its container is gone/],
    ['has exited', { phase: 'exited', exitCode: 137, oomKilled: true }, /exited with 137 \(out of memory\)/],
  ] as const)('fails at once when the container %s', async (_what, container, words) => {
    const { outcome, elapsed } = wait(['silence'], container);
    await expect(outcome).rejects.toMatchObject({ message: expect.stringMatching(words) });
    expect(elapsed()).toBe(0);
  });

  it.each([
    ['silence', 'silence'],
    ['back-off', { state: 'backoff' }],
  ] as [string, Said][])('gives %s half a minute', async (_what, said) => {
    const { outcome, elapsed } = wait([said]);
    await expect(outcome).rejects.toMatchObject({ code: 'GATEWAY_START_FAILED' });
    expect(elapsed()).toBeGreaterThan(30_000);
    expect(elapsed()).toBeLessThan(32_000);
  });

  it('forgets a silence that ended', async () => {
    const { outcome } = wait([
      ...Array(50).fill('silence'),
      { state: 'starting' },
      ...Array(50).fill('silence'),
      RUNNING,
    ]);
    await expect(outcome).resolves.toBeDefined();
  });

  it('keeps waiting for one that is starting, to its bound', async () => {
    const { outcome, elapsed, limitMs } = wait([{ state: 'starting' }]);
    await expect(outcome).rejects.toMatchObject({ message: expect.stringContaining('starting, so it is') });
    expect(elapsed()).toBeGreaterThanOrEqual(limitMs);
  });

  it('says at once that the supervisor is of another version', async () => {
    await expect(wait(['outdated']).outcome).rejects.toMatchObject({ code: 'SUPERVISOR_OUTDATED' });
  });

  it('can be interrupted', async () => {
    const stop = AbortSignal.abort(new Error('Ctrl+C'));
    await expect(wait([{ state: 'starting' }], {}, stop).outcome).rejects.toThrow('Ctrl+C');
  });
});
