import type { Driver } from '@nemoclaw/plugin-api';
import { IDS, PATHS } from '@nemoclaw/plugin-api';
import type { SupervisorConfig, SupervisorStatus } from '@nemoclaw/supervisor/protocol';
import { expect } from 'vitest';
import type { World } from './cli.ts';
import { agentIdOf, ownershipOf, recordOf } from './engine.ts';
import { tamper } from './image-layer.ts';
import { readVolumeJson } from './volume.ts';

interface Sandbox {
  world: World;
  driver: Driver;
  name: string;
}

/** The gateway's process by the kernel's word, and since when its container runs. */
export const gatewayOf = async ({ world, driver, name }: Sandbox): Promise<string> => {
  const { result } = await world.json<SupervisorStatus>([name, 'gateway', 'status']);
  const container = await driver.inspect(agentIdOf(world, name));
  return `pid ${result.gateway?.pid} since ${result.gateway?.startTime}, ${container?.id} since ${container?.startedAt}`;
};

/** A restart with these arguments fails with that code, and the very gateway that ran goes on running. */
export const refusesRestart = async (sandbox: Sandbox, code: string, args: string[] = []): Promise<void> => {
  const { world, name } = sandbox;
  const before = await gatewayOf(sandbox);
  expect(before).toMatch(/^pid \d+ since \d+/);
  const refused = await world.json([name, 'gateway', 'restart', ...args]);
  expect({ code: refused.error?.code, exit: refused.exitCode }).toEqual({ code, exit: 1 });
  expect(await gatewayOf(sandbox)).toBe(before);
};

/** One sealed file of the agent's is changed, then its program; both are as they were when this is over. */
export const refusesWhatWasChanged = async (sandbox: Sandbox): Promise<void> => {
  const { world, driver, name } = sandbox;
  const config = await readVolumeJson<SupervisorConfig>(driver, world, name, 'sealed', 'supervisor.json');

  const [sealed = ''] = Object.keys(config.sealedHashes);
  const path = sealed.slice(`${PATHS.sealed}/`.length);
  const where = {
    volume: ownershipOf(world, name).resources.volumes.find(({ purpose }) => purpose === 'sealed')?.name ?? '',
    image: recordOf(world, name).image.id,
    labels: {},
  };
  const content = (await driver.readFile({ ...where, path }))?.toString('utf8') ?? '';
  const seal = (text: string) =>
    driver.putFiles({
      ...where,
      files: [{ path, type: 'file', content: text, mode: 0o640, uid: 0, gid: IDS.gateway }],
    });
  await seal(`${content}\n`);
  await refusesRestart(sandbox, 'RESTART_CONFIG_HASH_MISMATCH').finally(() => seal(content));

  const program = config.runtime.command.slice(0, 2).at(-1) ?? '';
  const mend = await tamper(driver, agentIdOf(world, name), program, { uid: IDS.gateway });
  await refusesRestart(sandbox, 'RESTART_UNSAFE_CONFIG_PATH').finally(mend);
};
