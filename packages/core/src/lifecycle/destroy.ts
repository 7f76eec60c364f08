import type { ContainerState, JsonObject } from '@nemoclaw/plugin-api';
import { LABELS } from '@nemoclaw/plugin-api';
import type { CallOptions, DestroyResult } from '../api/nemoclaw.ts';
import type { OwnershipJournal } from '../api/records.ts';
import { runOperation } from '../operations/run.ts';
import type { Operation, OperationJournal } from '../operations/types.ts';
import { stagingName } from '../ownership/index.ts';
import { parseSandboxName } from '../state/names.ts';
import { isThrowAway, objectNames, sandboxLabels } from './names.ts';
import { isolatedSpec, removeIsolated } from './networks.ts';
import { removeEgressIfUnused } from './onboard/network.ts';
import { operationOptions, withLock } from './operation-options.ts';
import { removeVolumes } from './remove-volumes.ts';
import { findHiddenCreate } from './replace/hidden-create.ts';
import { knownSandbox } from './resolve.ts';
import type { Services } from './services.ts';
import { standInSpec } from './specs.ts';

export interface DestroyData extends JsonObject {
  sandboxId: string;
  name: string;
  /** Of every container that was made for it; without a journal that says so, none. */
  generations: string[];
  /** Whether a journal said so. */
  journaled: boolean;
  containers: number;
  networks: number;
  volumes: number;
  /** Creates that were cut off and may still be under way: `createsInFlight`. */
  inFlight: { name: string; generation: string }[];
  /** Of which a stand-in for those can be made; '' where nothing of it was ever built. */
  helperImage: string;
  /** Names of containers that carry its labels and were not made for it. */
  strangers: string[];
}

/** Every generation that the two journals know of; a create that a crash hid is in one of them. */
export const knownGenerations = (
  ownership: OwnershipJournal | undefined,
  pending: Pick<OperationJournal, 'data'> | undefined,
): string[] => {
  const { authoritative, creating, intent, retired, resources } = ownership ?? {};
  const known = [
    authoritative,
    creating,
    intent?.incumbent,
    intent?.replacement,
    ...(retired ?? []),
    resources?.relay,
    resources?.forward,
  ].flatMap((instance) => (instance ? [instance.generation] : []));
  const under = pending?.data.generations ?? [];
  const begun = typeof under === 'object' && under !== null ? Object.values(under) : [];
  return [...new Set([...known, ...begun.filter((value) => typeof value === 'string')])];
};

/** Pure: containers that were asked for and whose ids were never written down; the engine may be at them yet. */
export const createsInFlight = (ownership: OwnershipJournal): DestroyData['inFlight'] => {
  const { creating, intent, resources } = ownership;
  const names = objectNames(ownership.name, ownership.sandboxId);
  const open = (name: string, part: { generation: string; id?: string } | null | undefined) =>
    part && !part.id ? [{ name, generation: part.generation }] : [];
  return [
    ...open(names.agent, creating),
    ...open(names.relay, resources.relay),
    ...open(names.forward, resources.forward),
    ...open(stagingName(ownership, intent?.replacement.generation ?? ''), intent?.replacement),
  ];
};

/** Until each of them is there to be removed, or never will be. */
const awaitCreates = async (services: Services, data: DestroyData, signal: AbortSignal): Promise<void> => {
  const driver = await services.driver();
  const { name: sandbox, sandboxId, helperImage: image } = data;
  if (data.inFlight.length === 0 || image === '' || !(await driver.findImage(image, { signal }))) return;
  const homeId = await services.store.homeId();
  const labels = { ...sandboxLabels({ homeId, name: sandbox, sandboxId }), [LABELS.role]: 'helper' };
  for (const { name, generation } of data.inFlight) {
    const stub = standInSpec({ name, labels, image });
    await findHiddenCreate({ driver, clock: services.clock, sandboxId, generation, name, stub, signal });
  }
};

/**
 * Pure: labels can be copied, so they only find. What was made for the sandbox has a generation that a journal knows, or
 * is a throw-away that a crash left behind; where no journal is left, the canonical names decide, of which each engine has one.
 */
export const isMadeFor = (data: DestroyData, container: ContainerState): boolean => {
  const generation = container.labels[LABELS.generation];
  const { agent, relay, forward } = objectNames(data.name, data.sandboxId);
  if (generation === undefined) return isThrowAway(container.labels);
  return data.journaled ? data.generations.includes(generation) : [agent, relay, forward].includes(container.name);
};

/**
 * The first step is the commit point: once it is on disk that the sandbox is to go, an interrupted destroy is only ever
 * finished, never taken back. Each later step removes exact matches by id and can run any number of times.
 */
export const destroyOperation = async (services: Services, data: DestroyData): Promise<Operation<DestroyData>> => {
  const driver = await services.driver();
  const { store } = services;
  const { sandboxId } = data;
  const removeContainers = async (signal: AbortSignal): Promise<void> => {
    const found = await driver.list({ [LABELS.sandboxId]: sandboxId }, { signal });
    const ours = found.filter((container) => isMadeFor(data, container));
    for (const container of ours) await driver.remove(container.id, { force: true, signal });
    data.containers += ours.length;
    data.strangers = found.filter((container) => !ours.includes(container)).map(({ name }) => name);
  };
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
          await awaitCreates(services, data, signal);
          await removeContainers(signal);
          note(`${data.containers} removed`);
        },
      },
      {
        id: 'networks',
        title: 'Remove the networks',
        async run({ signal, note }) {
          const homeId = await store.homeId();
          const { name } = data;
          data.networks += await removeIsolated(driver, isolatedSpec(services, { homeId, name, sandboxId }), signal);
          if (await removeEgressIfUnused({ driver, services, homeId }, name, signal)) data.networks += 1;
          note(`${data.networks} removed`);
        },
      },
      {
        id: 'volumes',
        title: 'Remove the volumes',
        async run({ signal, note }) {
          const { clock } = services;
          const again = () => removeContainers(signal);
          data.volumes += await removeVolumes({ driver, clock, sandboxId, removeContainers: again, signal });
          note(`${data.volumes} removed`);
        },
      },
    ],
  };
};

/** From whatever is left of its state: the record alone, the journal of an operation that was cut off, or all of it. */
const destroyData = async (services: Services, name: string): Promise<DestroyData> => {
  const { store } = services;
  const [record, ownership, pending] = [
    await store.readRecord(name),
    await store.readOwnership(name),
    await store.readOperation(name),
  ];
  const begun = typeof pending?.data.sandboxId === 'string' ? pending.data.sandboxId : undefined;
  const sandboxId =
    record?.sandboxId ?? ownership?.sandboxId ?? begun ?? (await knownSandbox(services, name)).record.sandboxId;
  const generations = knownGenerations(ownership, pending);
  const journaled = generations.length > 0;
  const helper = record?.image.base ?? pending?.data.helperImage;
  const inFlight = ownership ? createsInFlight(ownership) : [];
  const helperImage = typeof helper === 'string' ? helper : '';
  const removed = { containers: 0, networks: 0, volumes: 0, strangers: [] };
  return { sandboxId, name, generations, journaled, inFlight, helperImage, ...removed };
};

/** Takes a sandbox away whole; its images stay, they are shared. To be called under its lock. */
export const destroyLocked = async (services: Services, name: string, options: CallOptions): Promise<DestroyResult> => {
  // Whatever was half-done on it is now beside the point: the first write replaces that operation's journal.
  const data = await destroyData(services, name);
  await runOperation(await destroyOperation(services, data), operationOptions(services, options));
  // Forgotten only when all else is gone.
  await services.store.removeSandbox(name);
  const { containers, networks, volumes, strangers } = data;
  return {
    removed: { containers, networks, volumes, files: true },
    notes: [
      'Images are kept; the next onboard is quick.',
      ...strangers.map(
        (stranger) => `Left alone: container ${stranger} carries the labels of ${name} and was not made for it.`,
      ),
    ],
  };
};

export const destroy = async (services: Services, input: string, options: CallOptions = {}): Promise<DestroyResult> => {
  const name = parseSandboxName(input);
  // An unknown name gets no lock, unless there are traces of it to be cleared; what is known is read again under it.
  if (!(await services.store.hasTraces(name))) await destroyData(services, name);
  return withLock(services, name, 'destroy', options, () => destroyLocked(services, name, options));
};
