import { PassThrough } from 'node:stream';
import type { Driver } from '@nemoclaw/plugin-api';
import { containerSpec } from '../contexts/engine/container-spec.ts';

const ID = 'c'.repeat(64);
const VOLUME = { volume: 'conformance', image: `sha256:${'a'.repeat(64)}`, labels: {} };

const drained = async (lines: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of lines);
};

type Calls = { [K in keyof Driver]: (driver: Driver, signal: AbortSignal) => Promise<unknown> };

/** Every call of a driver with an input that is in order: what comes back is the engine's doing. */
export const DRIVER_CALLS: Calls = {
  capabilities: (driver, signal) => driver.capabilities({ signal }),
  hostFacts: (driver, signal) => driver.hostFacts({ signal }),
  ensureNetwork: (driver, signal) =>
    driver.ensureNetwork({ name: 'conformance', labels: {}, kind: 'isolated', subnets: ['10.99.0.0/24'] }, { signal }),
  inspectNetwork: (driver, signal) => driver.inspectNetwork(ID, { signal }),
  listNetworks: (driver, signal) => driver.listNetworks({}, { signal }),
  removeNetwork: (driver, signal) => driver.removeNetwork(ID, { signal }),
  ensureVolume: (driver, signal) => driver.ensureVolume({ name: 'conformance', labels: {} }, { signal }),
  inspectVolume: (driver, signal) => driver.inspectVolume('conformance', { signal }),
  listVolumes: (driver, signal) => driver.listVolumes({}, { signal }),
  removeVolume: (driver, signal) => driver.removeVolume('conformance', { signal }),
  putFiles: (driver, signal) => driver.putFiles({ ...VOLUME, files: [] }, { signal }),
  readFile: (driver, signal) => driver.readFile({ ...VOLUME, path: 'a' }, { signal }),
  findImage: (driver, signal) => driver.findImage('conformance:1', { signal }),
  listImages: (driver, signal) => driver.listImages({}, { signal }),
  pullImage: (driver, signal) => driver.pullImage('conformance:1', () => undefined, { signal }),
  buildImage: (driver, signal) =>
    driver.buildImage(
      { tag: 'conformance:1', dockerfile: 'FROM scratch\n', files: [], buildArgs: {}, labels: {}, hostNetwork: false },
      () => undefined,
      { signal },
    ),
  removeImage: (driver, signal) => driver.removeImage('conformance:1', { signal }),
  create: (driver, signal) => driver.create(containerSpec({ name: 'conformance', image: VOLUME.image }), { signal }),
  start: (driver, signal) => driver.start(ID, { signal }),
  stop: (driver, signal) => driver.stop(ID, { signal, timeoutSeconds: 1 }),
  restart: (driver, signal) => driver.restart(ID, { signal, timeoutSeconds: 1 }),
  remove: (driver, signal) => driver.remove(ID, { signal }),
  rename: (driver, signal) => driver.rename(ID, 'conformance', { signal }),
  setRestartPolicy: (driver, signal) => driver.setRestartPolicy(ID, 'no', { signal }),
  inspect: (driver, signal) => driver.inspect(ID, { signal }),
  inspectRaw: (driver, signal) => driver.inspectRaw(ID, { signal }),
  list: (driver, signal) => driver.list({}, { signal }),
  top: (driver, signal) => driver.top(ID, { signal }),
  clonePlan: (driver, signal) => {
    const plan = containerSpec({ name: 'conformance', image: VOLUME.image });
    return driver.clonePlan(ID, { recorded: plan, wanted: plan }, { signal });
  },
  unapplied: (driver, signal) =>
    driver.unapplied(ID, containerSpec({ name: 'conformance', image: VOLUME.image }), { signal }),
  exec: (driver, signal) => driver.exec(ID, { argv: ['/bin/true'], uid: 0, gid: 0, timeoutMs: 1000 }, { signal }),
  interactive: (driver, signal) => {
    const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
    return driver.interactive(ID, { argv: ['/bin/true'], uid: 0, gid: 0, tty: false, ...streams }, { signal });
  },
  runHelper: (driver, signal) =>
    driver.runHelper(
      {
        name: 'conformance',
        labels: {},
        image: VOLUME.image,
        argv: ['/bin/true'],
        user: '0:0',
        network: 'none',
        timeoutMs: 1000,
      },
      { signal },
    ),
  logs: (driver, signal) => drained(driver.logs(ID, { tail: 1, follow: false, signal })),
  watch: (driver, signal) => drained(driver.watch({}, { signal })),
};
