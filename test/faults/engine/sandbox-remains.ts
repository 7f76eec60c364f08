import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Driver, LABELS } from '@nemoclaw/plugin-api';
import { remains } from '../../integration/world/engine.ts';

const namesBelow = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }).map(({ name }) => name) : [];

const egressNetworks = async (driver: Driver, home: string) => {
  const file = join(home, 'home.json');
  if (!existsSync(file)) return [];
  const { id } = JSON.parse(readFileSync(file, 'utf8')) as { id: string };
  return driver.listNetworks({ [LABELS.home]: id }).then((all) => all.filter(({ name }) => name.endsWith(id)));
};

/** What is there of a home with one sandbox, on the engine and on disk, in words; sorted. */
export const remainsOf = async (driver: Driver, home: string, name: string): Promise<string[]> => {
  const folder = join(home, 'sandboxes', name);
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return [
    ...(await remains(driver, name)),
    ...(await egressNetworks(driver, home)).map((network) => `network ${network.name}`),
    ...(existsSync(folder) ? ['folder of the sandbox'] : []),
    ...files.filter((file) => file === 'operation.json' || file.endsWith('.tmp')),
    ...namesBelow(join(home, 'locks')).map((file) => `lock ${file}`),
    ...namesBelow(join(home, 'trash')).map((file) => `trash ${file}`),
  ].sort();
};

/** Takes all of that away by its labels, whatever state it is in. */
export const wipeOut = async (driver: Driver, home: string, name: string): Promise<void> => {
  const labels = { [LABELS.sandbox]: name };
  for (const { id } of await driver.list(labels)) await driver.remove(id, { force: true });
  for (const { id } of [...(await driver.listNetworks(labels)), ...(await egressNetworks(driver, home))])
    await driver.removeNetwork(id);
  for (const volume of await driver.listVolumes(labels)) await driver.removeVolume(volume.name);
  for (const folder of ['sandboxes', 'locks', 'trash']) rmSync(join(home, folder), { recursive: true, force: true });
};
