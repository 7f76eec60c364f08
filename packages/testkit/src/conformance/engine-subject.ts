import { randomBytes } from 'node:crypto';
import type { ContainerSpec, Driver, Labels } from '@nemoclaw/plugin-api';
import { containerSpec } from '../contexts/engine/container-spec.ts';

/** Long enough for a slow engine, and an end to one that hangs. */
export const ENGINE_BOUND_MS = 60_000;

export const LINES = {
  identity: "id -u; id -g; echo 'to stderr' >&2; exit 3",
  sleep: 'sleep 30',
  speak: "echo 'to stdout'; echo 'to stderr' >&2",
} as const;

export const shell = (line: string): string[] => ['/bin/sh', '-c', line];

/** One check's own objects on an engine that others may use too. */
export interface EngineSubject {
  driver: Driver;
  image: string;
  labels: Labels;
  name(what: string): string;
  spec(what: string, over?: Partial<ContainerSpec>): ContainerSpec;
  /** Created and started. */
  running(what: string, over?: Partial<ContainerSpec>): Promise<string>;
}

/** Runs the work with a driver, and takes away all that bears its labels, whatever happened. */
export const onEngine = async (
  driver: Driver,
  image: string,
  prefix: string,
  work: (subject: EngineSubject) => Promise<void>,
): Promise<void> => {
  const run = `${prefix}-${randomBytes(4).toString('hex')}`;
  const labels = { 'dev.nemoclaw.conformance': run };
  const name = (what: string): string => `${run}-${what}`;
  const spec: EngineSubject['spec'] = (what, over = {}) => containerSpec({ name: name(what), image, labels, ...over });
  const running: EngineSubject['running'] = async (what, over) => {
    const { id } = await driver.create(spec(what, over));
    await driver.start(id);
    return id;
  };
  try {
    await work({ driver, image, labels, name, spec, running });
  } finally {
    for (const { id } of await driver.list(labels)) await driver.remove(id, { force: true });
    for (const { id } of await driver.listNetworks(labels)) await driver.removeNetwork(id);
    for (const volume of await driver.listVolumes(labels)) await driver.removeVolume(volume.name);
  }
};

/** Everything of a subject that is on the engine. */
export const remainsOf = async ({ driver, labels }: EngineSubject): Promise<string[]> => {
  const all = await Promise.all([driver.list(labels), driver.listNetworks(labels), driver.listVolumes(labels)]);
  return all.flat().map((one) => one.name);
};
