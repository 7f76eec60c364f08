import type { CallOptions } from '../api/nemoclaw.ts';
import { egressNetworkName, homeLabels } from './names.ts';
import { fillRelayVolume, isLeafOld, reloadRelay } from './relay-files.ts';
import type { KnownSandbox } from './resolve.ts';
import type { Services } from './services.ts';

/**
 * Before a command that changes a sandbox: the leaf of inference.local anew when it is at its end. A sandbox whose relay
 * or networks are not there is left to `recover`, which renews it as well. To be called under the sandbox's lock.
 */
export const renewedLeaf = async (
  services: Services,
  known: KnownSandbox,
  { signal = new AbortController().signal, onProgress }: CallOptions,
): Promise<KnownSandbox> => {
  const { record, ownership } = known;
  const { relay, network, volumes } = ownership.resources;
  if (!isLeafOld(record.certificateNotAfter, services.clock.now()) || !relay || !network) return known;
  const driver = await services.driver();
  const homeId = await services.store.homeId();
  const [container, sandbox, networks] = await Promise.all([
    driver.inspect(relay.id, { signal }),
    driver.inspectNetwork(network.id, { signal }),
    driver.listNetworks(homeLabels(homeId), { signal }),
  ]);
  const egress = networks.find(({ name }) => name === egressNetworkName(homeId));
  if (container?.phase !== 'running' || !sandbox || !egress) return known;
  const certificateNotAfter = await fillRelayVolume(
    { services, driver, homeId },
    {
      record,
      helperImage: record.image.base,
      subnets: { sandbox: sandbox.subnet, egress: egress.subnet },
      nonce: volumes.find(({ purpose }) => purpose === 'relay')?.nonce ?? '',
    },
    signal,
  );
  await reloadRelay(driver, relay.id, signal);
  const renewed = { ...record, certificateNotAfter };
  await services.store.writeRecord(renewed);
  const text = `the certificate of inference.local was at its end and is renewed until ${certificateNotAfter}`;
  onProgress?.({ type: 'note', level: 'info', text });
  return { ...known, record: renewed };
};
