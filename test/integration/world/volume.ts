import type { Driver } from '@nemoclaw/plugin-api';
import type { World } from './cli.ts';
import { ownershipOf, recordOf } from './engine.ts';

type Purpose = 'state' | 'workspace' | 'sealed' | 'relay';

const volumeOf = (world: World, name: string, purpose: Purpose): string =>
  ownershipOf(world, name).resources.volumes.find((volume) => volume.purpose === purpose)?.name ?? '';

export const readVolumeText = async (
  driver: Driver,
  world: World,
  name: string,
  purpose: Purpose,
  path: string,
): Promise<string> => {
  const content = await driver.readFile({
    volume: volumeOf(world, name, purpose),
    image: recordOf(world, name).image.id,
    labels: {},
    path,
  });
  if (!content) throw new Error(`no ${path} in the ${purpose} volume of ${name}`);
  return content.toString('utf8');
};

export const readVolumeJson = async <T>(...where: Parameters<typeof readVolumeText>): Promise<T> =>
  JSON.parse(await readVolumeText(...where)) as T;

export const writeVolumeFile = (
  driver: Driver,
  world: World,
  name: string,
  purpose: Purpose,
  path: string,
  content: string,
  owner: { uid: number; mode: number },
): Promise<void> =>
  driver.putFiles({
    volume: volumeOf(world, name, purpose),
    image: recordOf(world, name).image.id,
    labels: {},
    files: [{ path, type: 'file', content, uid: owner.uid, gid: owner.uid, mode: owner.mode }],
  });
