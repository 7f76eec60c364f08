import { type Driver, isCodedError, LABELS, type NetworkSpec, type NetworkState } from '@nemoclaw/plugin-api';
import { egressNetworkName, homeLabels, objectNames, sandboxLabels } from './names.ts';
import type { Services } from './services.ts';
import { subnetCandidates } from './subnets.ts';

/** Shared by the sandboxes of a home. */
export const egressSpec = ({ config }: Pick<Services, 'config'>, homeId: string): NetworkSpec => ({
  name: egressNetworkName(homeId),
  labels: homeLabels(homeId),
  kind: 'egress',
  subnets: subnetCandidates(config.subnetRange, 'egress', homeId),
});

/** The sandbox's own network. */
export const isolatedSpec = (
  { config }: Pick<Services, 'config'>,
  sandbox: Parameters<typeof sandboxLabels>[0],
): NetworkSpec => ({
  name: objectNames(sandbox.name, sandbox.sandboxId).network,
  labels: sandboxLabels(sandbox),
  kind: 'isolated',
  subnets: subnetCandidates(config.subnetRange, 'sandbox', sandbox.sandboxId),
});

/**
 * A network whose create a crash hid: while it is in flight it is in no list, and it comes although nobody waits for it any
 * more. The engine gives a name to one network only, so asking for it tells: ours is `created`, and then the hidden one is
 * refused; or it is the hidden one. Nothing when the engine lets nobody have it, as when no address range is free.
 */
export const findHiddenNetwork = async (
  driver: Pick<Driver, 'ensureNetwork'>,
  spec: NetworkSpec,
  signal: AbortSignal,
): Promise<NetworkState | undefined> => {
  try {
    return await driver.ensureNetwork(spec, { signal });
  } catch (error) {
    if (isCodedError(error) && error.code === 'ENGINE_CONFLICT') return undefined;
    throw error;
  }
};

/** Removes the sandbox's network, also when its id was never written down; resolves with how many there were. */
export const removeIsolated = async (
  driver: Pick<Driver, 'ensureNetwork' | 'listNetworks' | 'removeNetwork'>,
  spec: NetworkSpec,
  signal: AbortSignal,
): Promise<number> => {
  const labels = { [LABELS.sandboxId]: spec.labels[LABELS.sandboxId] ?? '' };
  const listed = await driver.listNetworks(labels, { signal });
  const hidden = listed.length === 0 ? await findHiddenNetwork(driver, spec, signal) : undefined;
  for (const { id } of hidden ? [hidden] : listed) await driver.removeNetwork(id, { signal });
  return hidden?.created ? 0 : listed.length || (hidden ? 1 : 0);
};
