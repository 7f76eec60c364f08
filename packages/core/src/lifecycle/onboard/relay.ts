import { type Driver, IDS, isCodedError } from '@nemoclaw/plugin-api';
import type { RelayStatus } from '@nemoclaw/relay/protocol';
import { codedError } from '../../errors/index.ts';
import { issueLeaf } from '../../pki/certificates.ts';
import { PROVIDERS } from '../../providers/records.ts';
import { callRelay } from '../control.ts';
import { objectNames } from '../names.ts';
import { hostAddress } from '../probe-context.ts';
import { SECRETS } from '../secrets.ts';
import type { Services } from '../services.ts';
import { relaySpec } from '../specs.ts';
import { relayFiles } from '../volume-files.ts';
import { type OnboardData, recordOf } from './data.ts';
import { chooseIngressPort, portIsFree, portsOfOthers } from './ingress-port.ts';
import {
  egressOf,
  ensureOwned,
  labelsFor,
  type OnboardStep,
  type OnboardTools,
  objectLabels,
  removeGeneration,
  removeMade,
  secretOf,
} from './tools.ts';

/** Makes a new leaf and fills the relay's volume with everything that it may know. */
const fillRelayVolume = async (tools: OnboardTools, data: OnboardData, signal: AbortSignal): Promise<void> => {
  const { services, driver } = tools;
  const record = recordOf(data);
  const leaf = await issueLeaf({
    ca: { certPem: await secretOf(tools, data, SECRETS.caCert), keyPem: await secretOf(tools, data, SECRETS.caKey) },
    names: ['inference.local'],
    now: services.clock.now(),
  });
  record.certificateNotAfter = leaf.notAfter;
  const provider = PROVIDERS.find((candidate) => candidate.id === record.provider.id);
  if (!provider)
    throw codedError('PROVIDER_UNKNOWN', { message: `The provider ${record.provider.id} is not known any more.` });
  await driver.putFiles(
    {
      volume: objectNames(data.name, data.sandboxId).volumes.relay,
      image: data.helperImage,
      labels: objectLabels(tools, data),
      files: relayFiles({
        sandboxId: data.sandboxId,
        provider: {
          id: provider.id,
          baseUrl: record.provider.endpoint,
          auth: provider.auth,
          headers: provider.headers,
          allowed: [...provider.allowed],
        },
        credential: record.provider.credential ? await secretOf(tools, data, SECRETS.provider) : undefined,
        certificate: leaf,
        subnets: { sandbox: data.networkSubnet, egress: data.egressSubnet },
        holdMs: services.config.holdMs,
        nonce: data.nonces.relay,
      }),
    },
    { signal },
  );
};

/** Somebody was quicker: another home, another program. Its port is part of the relay's container, which is made anew. */
const takeNextPort = async (
  tools: OnboardTools,
  data: OnboardData,
  tried: Set<number>,
  signal: AbortSignal,
): Promise<void> => {
  const { store } = tools.services;
  const record = recordOf(data);
  await removeGeneration(tools, data, data.generations.relay, signal);
  // An engine without a proxy of its own holds ports that look free from here.
  tried.add(record.ingressPort);
  const taken = new Set([...(await portsOfOthers(store, data.name)), ...tried]);
  record.ingressPort = await chooseIngressPort({ wanted: undefined, taken, isFree: portIsFree });
  // Whoever chooses after us must see it.
  await store.writeRecord(record);
};

export const relayStep = (tools: OnboardTools): OnboardStep => ({
  id: 'relay',
  title: 'Start the relay',
  async run({ data, save, signal }) {
    const { driver } = tools;
    await fillRelayVolume(tools, data, signal);
    const host = await hostAddress(driver, egressOf(tools, data));
    const spec = () =>
      relaySpec({
        sandbox: { id: data.sandboxId, name: data.name },
        labels: labelsFor(tools, data, 'relay', data.generations.relay),
        image: data.relayImage,
        networkId: data.networkId,
        egressId: data.egressId,
        hostAddress: host,
        ingressPort: recordOf(data).ingressPort,
      });
    const tried = new Set<number>();
    for (;;) {
      data.relayId = await ensureOwned(tools, data, 'relay', spec, signal);
      await save();
      try {
        await driver.start(data.relayId, { signal });
        break;
      } catch (error) {
        if (!data.anyPort || !isCodedError(error) || error.code !== 'PORT_TAKEN') throw error;
        await takeNextPort(tools, data, tried, signal);
      }
    }
    await waitForRelay({ driver, containerId: data.relayId, services: tools.services, signal });
  },
  async undo({ data, signal }) {
    await removeMade(tools, data, 'relay', signal);
  },
});

const RENEW_BEFORE_MS = 30 * 86_400_000;

/** Pure: a leaf that would end within the next 30 days. */
export const isLeafOld = (notAfter: string, now: Date): boolean =>
  !(Date.parse(notAfter) - now.getTime() > RENEW_BEFORE_MS);

/** For a relay that goes on running. */
export const renewLeafStep = (tools: OnboardTools): OnboardStep => ({
  id: 'certificate',
  title: 'Renew the certificate of inference.local',
  async run({ data, signal, note, skip }) {
    const { certificateNotAfter } = recordOf(data);
    if (!isLeafOld(certificateNotAfter, tools.services.clock.now())) return skip(`valid until ${certificateNotAfter}`);
    await fillRelayVolume(tools, data, signal);
    const call = { driver: tools.driver, containerId: data.relayId, uid: IDS.relay, timeoutMs: 15_000, signal };
    const { certificate } = await callRelay(call, 'reload');
    note(`valid until ${certificate.notAfter}`);
  },
});

const RELAY_START_MS = 30_000;

/** Until the relay answers its control socket; says what its container is doing when it does not. */
export const waitForRelay = async (input: {
  driver: Driver;
  containerId: string;
  services: Pick<Services, 'clock'>;
  signal: AbortSignal;
}): Promise<RelayStatus> => {
  const { driver, containerId, services, signal } = input;
  const start = services.clock.elapsed();
  let last: unknown;
  while (services.clock.elapsed() - start < RELAY_START_MS) {
    signal.throwIfAborted();
    try {
      return await callRelay({ driver, containerId, uid: IDS.relay, timeoutMs: 5_000, signal }, 'status');
    } catch (error) {
      if (isCodedError(error) && error.code === 'SUPERVISOR_OUTDATED') throw error;
      last = error;
    }
    await services.clock.sleep(200, signal);
  }
  const state = await driver.inspect(containerId, { signal });
  throw codedError('SUPERVISOR_UNREACHABLE', {
    message: `The relay did not answer within ${RELAY_START_MS / 1000} s; its container is ${state?.phase ?? 'gone'}${state?.error ? ` (${state.error})` : ''}.`,
    cause: last,
  });
};
