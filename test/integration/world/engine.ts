import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OwnershipJournal, SandboxRecord } from '@nemoclaw/core';
import driverContribution from '@nemoclaw/driver-docker';
import { type ContainerState, type Driver, LABELS } from '@nemoclaw/plugin-api';
import type { World } from './cli.ts';

/** All that is needed to find a sandbox's state. */
type Home = Pick<World, 'home'>;

export const openEngine = (): Driver => driverContribution.create({ env: process.env });

const readState = <T>(world: Home, name: string, file: string): T =>
  JSON.parse(readFileSync(join(world.home, 'sandboxes', name, file), 'utf8')) as T;

export const ownershipOf = (world: Home, name: string): OwnershipJournal => readState(world, name, 'ownership.json');
export const recordOf = (world: Home, name: string): SandboxRecord => readState(world, name, 'sandbox.json');
export const agentIdOf = (world: Home, name: string): string => ownershipOf(world, name).authoritative?.id ?? '';
export const relayIdOf = (world: Home, name: string): string => ownershipOf(world, name).resources.relay?.id ?? '';

/** Everything on the engine that belongs to the homes of these tests: what must be empty when a sandbox is gone. */
export const remains = async (driver: Driver, sandbox: string): Promise<string[]> => {
  const labels = { [LABELS.sandbox]: sandbox };
  const [containers, networks, volumes] = await Promise.all([
    driver.list(labels),
    driver.listNetworks(labels),
    driver.listVolumes(labels),
  ]);
  return [
    ...containers.map((container: ContainerState) => `container ${container.name}`),
    ...networks.map((network) => `network ${network.name}`),
    ...volumes.map((volume) => `volume ${volume.name}`),
  ];
};
