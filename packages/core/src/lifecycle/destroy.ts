import { type JsonObject, LABELS } from '@nemoclaw/plugin-api';
import type { CallOptions, DestroyResult } from '../api/nemoclaw.ts';
import { runOperation } from '../operations/run.ts';
import type { Operation } from '../operations/types.ts';
import { removeEgressIfUnused } from './onboard/network.ts';
import { operationOptions, withLock } from './operation-options.ts';
import { knownSandbox } from './resolve.ts';
import type { Services } from './services.ts';

export interface DestroyData extends JsonObject {
  sandboxId: string;
  name: string;
  containers: number;
  networks: number;
  volumes: number;
}

/**
 * The first step is the commit point: once it is on disk that the sandbox is to go, an interrupted destroy is only ever
 * finished, never taken back. Each later step removes exact matches by id and can run any number of times.
 */
export const destroyOperation = async (services: Services, data: DestroyData): Promise<Operation<DestroyData>> => {
  const driver = await services.driver();
  const { store } = services;
  const mine = { [LABELS.sandboxId]: data.sandboxId };
  return {
    name: 'destroy',
    afterCommit: 'throw',
    sandbox: data.name,
    data,
    steps: [
      {
        id: 'mark',
        title: 'Write down that it is to go',
        commit: true,
        async run() {
          const record = await store.readRecord(data.name);
          if (record) await store.writeRecord({ ...record, phase: 'destroying' });
        },
      },
      {
        id: 'containers',
        title: 'Remove the containers',
        async run({ signal, note }) {
          const found = await driver.list(mine, { signal });
          for (const container of found) await driver.remove(container.id, { force: true, signal });
          data.containers += found.length;
          note(`${found.length} removed`);
        },
      },
      {
        id: 'networks',
        title: 'Remove the networks',
        async run({ signal, note }) {
          const found = await driver.listNetworks(mine, { signal });
          for (const network of found) await driver.removeNetwork(network.id, { signal });
          data.networks += found.length;
          if (await removeEgressIfUnused({ driver, homeId: await store.homeId() }, signal)) data.networks += 1;
          note(`${data.networks} removed`);
        },
      },
      {
        id: 'volumes',
        title: 'Remove the volumes',
        async run({ signal, note }) {
          const found = await driver.listVolumes(mine, { signal });
          for (const volume of found) await driver.removeVolume(volume.name, { signal });
          data.volumes += found.length;
          note(`${found.length} removed`);
        },
      },
    ],
  };
};

/** Takes a sandbox away whole; its images stay, they are shared. The journal is forgotten only when all else is gone. */
export const destroy = async (services: Services, name: string, options: CallOptions = {}): Promise<DestroyResult> => {
  const { store } = services;
  const { record } = await knownSandbox(services, name);
  return withLock(services, record.name, 'destroy', options, async () => {
    // Whatever was half-done on it is now beside the point: all of it goes.
    await store.clearOperation(record.name);
    const data: DestroyData = {
      sandboxId: record.sandboxId,
      name: record.name,
      containers: 0,
      networks: 0,
      volumes: 0,
    };
    await runOperation(await destroyOperation(services, data), operationOptions(services, options));
    await store.removeSandbox(record.name);
    const { containers, networks, volumes } = data;
    return {
      removed: { containers, networks, volumes, files: true },
      notes: ['Images are kept; the next onboard is quick.'],
    };
  });
};
