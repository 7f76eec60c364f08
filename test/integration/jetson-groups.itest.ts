import { type Driver, IDS } from '@nemoclaw/plugin-api';
import { HOSTS } from '@nemoclaw/testkit/contexts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import gpu from '../../plugins/gpu-jetson/src/index.ts';
import { type FakeSandbox, startFakeSandbox } from './supervisor/sandbox.ts';
import { openEngine } from './world/engine.ts';

/** The host is made up; what the groups of its device nodes come to inside is not. */
describe('the groups of a Jetson’s device nodes', () => {
  let driver: Driver;
  let box: FakeSandbox;
  const { groups = [] } = gpu.prepare(HOSTS.jetson(), { devices: [], env: {} });

  beforeAll(async () => {
    driver = openEngine();
    box = await startFakeSandbox(driver, groups);
    await box.until('running');
  });
  afterAll(() => box?.dispose());

  it.each([
    ['gateway', IDS.gateway],
    ['tools', IDS.tools],
  ] as const)('reach the %s, as `id` says there', async (as, uid) => {
    expect(groups).toEqual([44, 104]);
    const { stdout } = await box.run(as, ['/usr/bin/id', '-G']);
    expect(new Set(stdout.trim().split(' ').map(Number))).toEqual(new Set([uid, IDS.workspace, ...groups]));
  });
});
