import { type ContainerState, type Driver, LABELS, type NetworkState } from '@nemoclaw/plugin-api';
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
}

export const look = async (driver: Driver, known: KnownSandbox, homeId: string, signal: AbortSignal): Promise<Seen> => {
  const { ownership, record } = known;
  const { resources } = ownership;
  const byId = async (id: string | undefined) => (id === undefined ? undefined : driver.inspect(id, { signal }));
  const [networks, network, containers, relay, forward] = await Promise.all([
    driver.listNetworks(homeLabels(homeId), { signal }),
    resources.network ? driver.inspectNetwork(resources.network.id, { signal }) : undefined,
    driver.list({ [LABELS.sandboxId]: record.sandboxId }, { signal }),
    byId(resources.relay?.id),
    byId(resources.forward?.id),
  ]);
  return {
    egress: networks.find((candidate) => candidate.name === egressNetworkName(homeId)),
    network,
    agent: resolveOwnership(containers, ownership),
    relay,
    forward,
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

/** Pure: what is there → what has to be made. */
export const planRepair = (seen: Seen, wantsForward: boolean): Repair => {
  const egress = seen.egress === undefined;
  const network = seen.network === undefined;
  const on = (container: ContainerState | undefined, id: string | undefined): boolean =>
    container?.networks.some((attached) => attached.id === id) ?? false;
  return {
    egress,
    network,
    relay: egress || network || !on(seen.relay, seen.egress?.id) || !on(seen.relay, seen.network?.id),
    agent: network || seen.agent.state !== 'present' || !on(seen.agent.container, seen.network?.id),
    forward: wantsForward && (egress || seen.forward === undefined),
  };
};
