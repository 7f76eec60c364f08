import { SUPERVISOR_PROTOCOL } from '@nemoclaw/supervisor/protocol';
import { describe, expect, it } from 'vitest';
import { codedError } from '../errors/index.ts';
import { controlledBy } from './driver.fixture.ts';
import { fastClock, servicesAt } from './services.fixture.ts';
import { isClosedToExec, isOutOfProcesses, restartWhole } from './whole-restart.ts';

const restart = (pids: number[]) => {
  const restarted: string[] = [];
  const driver = controlledBy(
    ({ request: { nonce } }) => {
      const gateway = { pid: pids.shift() ?? 0, startTime: '1', listenerInode: '9', netns: 'n', upMs: 1 };
      return { protocol: SUPERVISOR_PROTOCOL, nonce, ok: true, result: { state: 'running', gateway } };
    },
    { restart: async (id) => void restarted.push(id) },
  );
  const services = { ...servicesAt('/nowhere'), clock: fastClock() };
  const { signal } = new AbortController();
  return { restarted, outcome: restartWhole({ services, driver, containerId: 'c1', settleMs: 3000, signal }) };
};

describe('a container in which nothing can be started', () => {
  it('is told from a supervisor that answers badly', () => {
    const closed = (started: boolean) => codedError('SUPERVISOR_UNREACHABLE', { details: { started } });
    expect(isClosedToExec(closed(false))).toBe(true);
    expect(isClosedToExec(closed(true))).toBe(false);
    expect(isClosedToExec(codedError('SUPERVISOR_OUTDATED'))).toBe(false);
    expect(isClosedToExec(new Error('x'))).toBe(false);
  });

  it.each([
    ['RESTART_LAUNCH_FAILED', 'spawn /usr/bin/setpriv EAGAIN; next try in 2 s', true],
    ['RESTART_LAUNCH_FAILED', 'the gateway ended with exit 1', false],
    ['RESTART_HEALTH_TIMEOUT', 'its last line: EAGAIN', false],
  ] as const)('takes %s "%s" for it: %s', (code, message, is) =>
    expect(isOutOfProcesses(codedError(code, { message }))).toBe(is),
  );

  it('is restarted, that one exactly, and its gateway must stay for the settle window', async () => {
    const { restarted, outcome } = restart([7, 7]);
    expect(await outcome).toMatchObject({
      method: 'stop-start',
      after: { pid: 7, listenerInode: '9' },
      settledMs: 3000,
    });
    expect(restarted).toEqual(['c1']);
  });

  it('fails when its gateway did not stay', async () => {
    await expect(restart([7, 8]).outcome).rejects.toMatchObject({ code: 'RESTART_LAUNCH_FAILED' });
  });
});
