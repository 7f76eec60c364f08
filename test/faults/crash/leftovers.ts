import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ContainerState, type Driver, LABELS, type Labels } from '@nemoclaw/plugin-api';

/** Everything that a home has on the engine and on disk, beside evidence, which is meant to stay. */
export interface Found {
  containers: ContainerState[];
  networks: string[];
  volumes: string[];
  /** Paths below the home. */
  files: string[];
}

/** Files of the home itself, which outlive every sandbox. */
const LASTING = new Set(['config.json', 'home.json']);

const homeId = async (home: string): Promise<string | undefined> => {
  const text = await readFile(join(home, 'home.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as { id: string }).id;
};

export const everything = async (driver: Driver, home: string): Promise<Found> => {
  const files = globSync('**/*', { cwd: home, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(home.length + 1))
    .concat(globSync('**/.*.tmp', { cwd: home }))
    .filter((path) => !LASTING.has(path) && !/(^|\/)evidence\//.test(path));
  const id = await homeId(home);
  if (id === undefined) return { containers: [], networks: [], volumes: [], files };
  const labels: Labels = { [LABELS.home]: id };
  const [containers, networks, volumes] = await Promise.all([
    driver.list(labels),
    driver.listNetworks(labels),
    driver.listVolumes(labels),
  ]);
  return {
    containers,
    networks: networks.map(({ name }) => name),
    volumes: volumes.map(({ name }) => name),
    files: [...new Set(files)].sort(),
  };
};
