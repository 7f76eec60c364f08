import type { ContainerSpec, Driver, NetworkSpec, NetworkState } from '@nemoclaw/plugin-api';
import { containerSpec, engineDriver, testObjects } from '@nemoclaw/testkit/contexts/engine';

const PARENTS = ['nemoclaw-parent:trixie', 'node:24-trixie-slim', 'debian:trixie-slim'];

/** The real engine, an image with a shell and Perl, and names that are this run's own. `clean` takes all of it away. */
export const createWorld = (topic: string) => {
  const driver: Driver = engineDriver(process.env);
  const objects = testObjects(`driver-${topic}`, process.env);
  let count = 0;

  const image = async (): Promise<string> => {
    for (const reference of process.env.NEMOCLAW_BASE_IMAGE ? [process.env.NEMOCLAW_BASE_IMAGE] : PARENTS) {
      if (await driver.findImage(reference)) return reference;
    }
    throw new Error(`no image for tests on this engine: set NEMOCLAW_BASE_IMAGE or tag one ${PARENTS[0]}`);
  };

  return {
    driver,
    image,
    labels: objects.labels,
    name: (what: string) => objects.name(`${what}-${++count}`),

    /** Created and not started, unless asked. */
    async container(spec: Partial<ContainerSpec> = {}): Promise<string> {
      const { id } = await driver.create(
        containerSpec({ name: objects.name(`c-${++count}`), image: await image(), labels: objects.labels, ...spec }),
      );
      return id;
    },
    async running(spec: Partial<ContainerSpec> = {}): Promise<string> {
      const id = await this.container(spec);
      await driver.start(id);
      return id;
    },
    network: (kind: NetworkSpec['kind'], subnets: string[]): Promise<NetworkState> =>
      driver.ensureNetwork({ name: objects.name(`${kind}-${++count}`), labels: objects.labels, kind, subnets }),
    async volume(): Promise<string> {
      return (await driver.ensureVolume({ name: objects.name(`v-${++count}`), labels: objects.labels })).name;
    },
    /** A shell line in a container, as root. */
    async sh(id: string, line: string): Promise<string> {
      const spec = { argv: ['/bin/sh', '-c', line], uid: 0, gid: 0, timeoutMs: 20_000 };
      const { stdout, stderr } = await driver.exec(id, spec);
      return `${stdout}${stderr}`.trim();
    },
    async clean(): Promise<void> {
      for (const { id } of await driver.list(objects.labels)) await driver.remove(id, { force: true });
      for (const { id } of await driver.listNetworks(objects.labels)) await driver.removeNetwork(id);
      for (const { name } of await driver.listVolumes(objects.labels)) await driver.removeVolume(name);
      // Newest first: a stage can't go while something stands on it.
      for (const { id } of await driver.listImages(objects.labels)) await driver.removeImage(id);
    },
  };
};
