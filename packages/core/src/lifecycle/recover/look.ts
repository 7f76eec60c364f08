import { type ContainerState, type Driver, LABELS, type NetworkState } from '@nemoclaw/plugin-api';
import type { OwnershipJournal, SandboxPlan } from '../../api/records.ts';
import { type Resolution, resolveOwnership } from '../../ownership/index.ts';
import { egressNetworkName, homeLabels } from '../names.ts';
import type { KnownSandbox } from '../resolve.ts';

/** What of a sandbox the engine still has. */
export interface Seen {
  egress: NetworkState | undefined;
  network: NetworkState | undefined;
  agent: Resolution;
  relay: ContainerState | undefined;
  forward: ContainerState | undefined;
  /** Whether there is an image to fill volumes and to probe with. */
  helper: boolean;
  /** Creates that were cut off: the journal has their generation and not their id. They never ran. */
  unfinished: ContainerState[];
}

/** Pure: of the containers that carry the sandbox's id, those whose create was cut off before the journal had their id. */
export const unfinishedCreates = (containers: ContainerState[], journal: OwnershipJournal): ContainerState[] => {
  const { relay, forward } = journal.resources;
  const open = [journal.creating, ...[relay, forward].filter((part) => part?.id === '')];
  const generations = new Set(open.flatMap((part) => (part ? [part.generation] : [])));
  return containers.filter(
    ({ id, labels }) =>
      labels[LABELS.sandboxId] === journal.sandboxId &&
      generations.has(labels[LABELS.generation] ?? '') &&
      id !== journal.authoritative?.id,
  );
};

export const look = async (driver: Driver, known: KnownSandbox, homeId: string, signal: AbortSignal): Promise<Seen> => {
  const { ownership, record } = known;
  const { resources } = ownership;
  const byId = async (id: string | undefined) => (id ? driver.inspect(id, { signal }) : undefined);
  const [networks, network, containers, relay, forward, helper] = await Promise.all([
    driver.listNetworks(homeLabels(homeId), { signal }),
    resources.network ? driver.inspectNetwork(resources.network.id, { signal }) : undefined,
    driver.list({ [LABELS.sandboxId]: record.sandboxId }, { signal }),
    byId(resources.relay?.id),
    byId(resources.forward?.id),
    driver.findImage(record.image.base, { signal }),
  ]);
  return {
    egress: networks.find((candidate) => candidate.name === egressNetworkName(homeId)),
    network,
    agent: resolveOwnership(containers, ownership),
    relay,
    forward,
    helper: helper !== undefined,
    unfinished: unfinishedCreates(containers, ownership),
  };
};

/** What has to be made anew. A container that hangs on a network that is gone can't be started again: it is made anew too. */
export interface Repair {
  egress: boolean;
  network: boolean;
  relay: boolean;
  agent: boolean;
  forward: boolean;
}

/** Pure: a container that the engine can't start any more, whatever its networks. */
const isDead = (container: ContainerState): boolean => container.phase === 'dead' || container.phase === 'removing';

/** Pure: what is there → what has to be made. */
export const planRepair = (seen: Seen, wantsForward: boolean): Repair => {
  const egress = seen.egress === undefined;
  const network = seen.network === undefined;
  const on = (container: ContainerState | undefined, id: string | undefined): boolean =>
    container?.networks.some((attached) => attached.id === id) ?? false;
  const onOther = egress || !on(seen.relay, seen.egress?.id);
  return {
    egress,
    network,
    relay: onOther || network || !on(seen.relay, seen.network?.id) || (seen.relay !== undefined && isDead(seen.relay)),
    agent:
      network ||
      seen.agent.state !== 'present' ||
      !on(seen.agent.container, seen.network?.id) ||
      isDead(seen.agent.container),
    // It listens on the egress gateway's address; what network that was, only the relay beside it tells.
    forward: wantsForward && (onOther || seen.forward === undefined || isDead(seen.forward)),
  };
};

/**
 * Pure: a container that was settled for (adopted, or gone back to) is not the one that the recorded plan made: what is
 * recorded of its GPU is not true of it, and the next replacement would find it altered.
 */
export const isOfAnotherPlan = (agent: Resolution, recorded: SandboxPlan | undefined): boolean => {
  const generation = recorded?.plan.labels[LABELS.generation];
  return (
    agent.state === 'present' && generation !== undefined && agent.container.labels[LABELS.generation] !== generation
  );
};
