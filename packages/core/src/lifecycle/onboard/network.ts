import { LABELS } from '@nemoclaw/plugin-api';
import { codedError } from '../../errors/index.ts';
import { hostEndpointOf } from '../host-endpoint.ts';
import { homeLabels } from '../names.ts';
import { egressSpec, findHiddenNetwork, isolatedSpec, removeIsolated } from '../networks.ts';
import { connectFromHost } from '../probe-context.ts';
import { forwardSpec } from '../specs.ts';
import { type OnboardData, recordOf } from './data.ts';
import {
  ensureOwned,
  identity,
  labelsFor,
  type OnboardStep,
  type OnboardTools,
  removeMade,
  removeThrowAways,
  updateOwnership,
} from './tools.ts';

/** The bridge that relays of this home share; made with the first sandbox, taken away with the last. */
export const egressStep = (tools: OnboardTools): OnboardStep => ({
  id: 'egress',
  title: 'Prepare the egress network',
  async run({ data, save, signal, note }) {
    const network = await tools.driver.ensureNetwork(egressSpec(tools.services, tools.homeId), { signal });
    data.egressMade ||= network.created;
    data.egressId = network.id;
    data.egressSubnet = network.subnet;
    data.egressGateway = network.gateway;
    await save();
    note(`${network.subnet}, gateway ${network.gateway}`);
  },
  async undo({ data, signal }) {
    await removeThrowAways(tools, data, signal);
    await removeEgressIfUnused(tools, data.name, signal);
  },
});

/**
 * Other sandboxes of this home may live on it, or be about to: it goes with the last one, and only when it carries this
 * home's id.
 */
export const removeEgressIfUnused = async (
  { driver, homeId, services }: Pick<OnboardTools, 'driver' | 'homeId' | 'services'>,
  leaving: string,
  signal: AbortSignal,
): Promise<boolean> => {
  // An onboard writes its records before it asks for the network, and its relay comes minutes later.
  if ((await services.store.listNames()).some((name) => name !== leaving)) return false;
  const users = await driver.list({ [LABELS.home]: homeId, [LABELS.role]: 'relay' }, { signal });
  if (users.length > 0) return false;
  const spec = egressSpec(services, homeId);
  const [listed] = (await driver.listNetworks(homeLabels(homeId), { signal })).filter(({ name }) => name === spec.name);
  const network = listed ?? (await findHiddenNetwork(driver, spec, signal));
  if (!network) return false;
  try {
    await driver.removeNetwork(network.id, { signal });
    return !network.created;
  } catch (error) {
    // Another onboard of this home may have put its relay there since we looked: then it is theirs to keep.
    if ((error as { code?: string }).code === 'ENGINE_CONFLICT') return false;
    throw error;
  }
};

/** `--forward`: a helper that makes a loopback-only provider reachable on the egress gateway's address, and nowhere else. */
export const forwardStep = (tools: OnboardTools): OnboardStep => ({
  id: 'forward',
  title: 'Forward the provider’s loopback port to the egress gateway',
  async run({ data, save, signal, skip }) {
    const endpoint = hostEndpointOf(recordOf(data).provider);
    if (!data.forward || !endpoint) return skip(data.forward ? 'the provider is not on this host' : 'not asked for');
    const open = (await connectFromHost(data.egressGateway, endpoint.port, 2_000)) === 'open';
    if (open && !(await othersForward(tools, data, signal)))
      return skip('the provider listens on the egress gateway already');
    const spec = () =>
      forwardSpec({
        sandbox: { id: data.sandboxId, name: data.name },
        labels: labelsFor(tools, data, 'forward', data.generations.forward),
        image: data.relayImage,
        listenAddress: data.egressGateway,
        port: endpoint.port,
      });
    data.forwardId = await ensureOwned(tools, data, 'forward', spec, signal);
    await save();
    await tools.driver.start(data.forwardId, { signal });
    await waitForForward(tools, data, endpoint.port, signal);
  },
  async undo({ data, signal }) {
    await removeMade(tools, data, 'forward', signal);
  },
});

/** What listens there may be the forwarder of another sandbox, which goes with it: ours then stands by. */
const othersForward = async (tools: OnboardTools, data: OnboardData, signal: AbortSignal): Promise<boolean> => {
  const found = await tools.driver.list({ [LABELS.home]: tools.homeId, [LABELS.role]: 'forward' }, { signal });
  return found.some(({ labels }) => labels[LABELS.sandboxId] !== data.sandboxId);
};

const FORWARD_START_MS = 15_000;

/** Until it listens: a probe that came first would blame a firewall. Where the gateway is not this host's, the probe alone can tell. */
const waitForForward = async (tools: OnboardTools, data: OnboardData, port: number, signal: AbortSignal) => {
  const { driver, services } = tools;
  if ((await driver.capabilities({ signal })).hostAddress !== 'direct') return;
  const begin = services.clock.elapsed();
  while (services.clock.elapsed() - begin < FORWARD_START_MS) {
    if ((await connectFromHost(data.egressGateway, port, 1_000)) === 'open') return;
    const state = await driver.inspect(data.forwardId, { signal });
    if (state?.phase !== 'running')
      throw codedError('ENGINE_ERROR', {
        message: `The forwarder of port ${port} did not start: its container is ${state?.phase ?? 'gone'}${state?.error ? ` (${state.error})` : ''}.`,
      });
    await services.clock.sleep(200, signal);
  }
};

/** The sandbox's own network: no address of the host on it, no way out but the relay. */
export const networkStep = (tools: OnboardTools): OnboardStep => ({
  id: 'network',
  title: 'Make the sandbox’s isolated network',
  async run({ data, save, signal, note }) {
    const network = await tools.driver.ensureNetwork(isolatedSpec(tools.services, identity(tools, data)), { signal });
    data.networkId = network.id;
    data.networkSubnet = network.subnet;
    await save();
    await updateOwnership(tools, data, (journal) => ({
      ...journal,
      resources: { ...journal.resources, network: { id: network.id } },
    }));
    note(network.subnet);
  },
  async undo({ data, signal }) {
    await removeIsolated(tools.driver, isolatedSpec(tools.services, identity(tools, data)), signal);
  },
});
