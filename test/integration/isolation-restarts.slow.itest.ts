import type { RestartReport } from '@nemoclaw/core';
import { IDS } from '@nemoclaw/plugin-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Commanded, startCommanded } from './isolation/commanded.ts';
import { agentIdOf } from './world/engine.ts';

/** A restart of the gateway itself, and the node host's own start, on a machine that does other things as well. */
const RESTART_MS = 45_000;
const ROUNDS = 10;

/**
 * Each way in which gateway or tools' process may end, again and again, also after the tools were let in a second time:
 * that is when a credential that is good was once taken away, and commands failed for a minute.
 */
describe('tools with a uid of their own, through every kind of restart', () => {
  let box: Commanded;

  beforeAll(async () => {
    box = await startCommanded({
      name: 'again-and-again',
      agent: 'openclaw',
      tool: 'exec',
      onboard: ['--isolation', 'separate'],
    });
  }, 900_000);
  afterAll(() => box?.dispose(), 300_000);

  const worksWithin = async (bound: number): Promise<number> => {
    const took = await box.toolsReady(bound);
    expect(await box.command('id -u')).toContain(String(IDS.tools));
    return took;
  };
  /** Whether this process of the tools was let in by what it had, or by a code. */
  const admission = async (): Promise<'its own' | 'a code'> => {
    const pid = (await box.supervisor()).tools?.process?.pid;
    const { stdout } = await box.inside('tools', ['/bin/cat', `/proc/${pid}/cmdline`]);
    expect(stdout).toContain('--display-name');
    return stdout.includes('--pair') ? 'a code' : 'its own';
  };
  const kill = async (whose: 'tools' | 'gateway'): Promise<void> => {
    const { gateway, tools } = await box.supervisor();
    const pid = whose === 'tools' ? tools?.process?.pid : gateway?.pid;
    expect(pid).toBeGreaterThan(1);
    await box.inside(whose, ['/bin/sh', '-c', `kill -9 ${pid}`]);
    const gone = async () => {
      const now = await box.supervisor();
      return (whose === 'tools' ? now.tools?.process?.pid : now.gateway?.pid) === pid;
    };
    await expect.poll(gone, { timeout: 20_000, interval: 100 }).toBe(false);
  };
  const restart = async (): Promise<number> => {
    const begin = performance.now();
    const report = await box.world.json<RestartReport>([box.name, 'gateway', 'restart', '--settle', '0']);
    expect(report.error).toBeUndefined();
    return performance.now() - begin;
  };
  const letInAnew = async (): Promise<void> => {
    await box.command('rm -rf /home/tools/.openclaw; echo gone');
    await kill('tools');
    await worksWithin(90_000);
    expect(await admission()).toBe('a code');
  };
  const restarts = async (): Promise<void> => {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      times.push(await restart());
      await worksWithin(1_000);
      expect(await admission()).toBe('its own');
    }
    console.log(`restarts: ${times.map((ms) => (ms / 1000).toFixed(1)).join(', ')} s`);
    expect(Math.max(...times)).toBeLessThan(RESTART_MS);
  };

  it(`is there again after ${ROUNDS} restarts in a row, by the credential of its first admission`, restarts, 900_000);

  it(`the same after it was let in anew`, async () => {
    await letInAnew();
    await restarts();
  }, 900_000);

  it('is there again after the gateway was killed, time after time', async () => {
    for (let round = 0; round < 3; round++) {
      await kill('gateway');
      await worksWithin(RESTART_MS);
      expect(await admission()).toBe('its own');
    }
  }, 300_000);

  it('is there again after its own process was killed, time after time', async () => {
    for (let round = 0; round < 5; round++) {
      await kill('tools');
      await worksWithin(RESTART_MS);
      expect(await admission()).toBe('its own');
    }
  }, 300_000);

  it('is there again after both were killed at once', async () => {
    await Promise.all([kill('tools'), kill('gateway')]);
    await worksWithin(RESTART_MS);
  }, 120_000);

  it('is there again when the credential that it has is refused', async () => {
    // As after an undone `recover`: the gateway knows a device that its tools are not any more.
    await box.command('mv /home/tools/.openclaw /home/tools/old; echo moved');
    await kill('tools');
    await worksWithin(90_000);
    await box.command('rm -rf /home/tools/.openclaw && mv /home/tools/old /home/tools/.openclaw; echo back');
    await kill('tools');
    await worksWithin(90_000);
    await restart();
    await worksWithin(1_000);
  }, 300_000);

  it('is there again after the container was restarted', async () => {
    const id = agentIdOf(box.world, box.name);
    for (let round = 0; round < 2; round++) {
      await box.driver.stop(id, { timeoutSeconds: 30 });
      await box.driver.start(id);
      await worksWithin(RESTART_MS);
      expect(await admission()).toBe('its own');
    }
  }, 300_000);

  it('is there again after recover brought everything back', async () => {
    await box.driver.stop(agentIdOf(box.world, box.name), { timeoutSeconds: 30 });
    const recovered = await box.world.json([box.name, 'recover']);
    expect(recovered.error).toBeUndefined();
    await worksWithin(RESTART_MS);
  }, 300_000);
});
