import { type Driver, IDS, type IsoTime } from '@nemoclaw/plugin-api';
import type { RelayStatus } from '@nemoclaw/relay/protocol';
import type { SandboxRecord } from '../api/records.ts';
import { codedError } from '../errors/index.ts';
import { issueLeaf } from '../pki/certificates.ts';
import { PROVIDERS } from '../providers/records.ts';
import { callRelay } from './control.ts';
import { objectNames, sandboxLabels } from './names.ts';
import { SECRETS } from './secrets.ts';
import type { Services } from './services.ts';
import { relayFiles } from './volume-files.ts';

const RENEW_BEFORE_MS = 30 * 86_400_000;

/** Pure: a leaf that would end within the next 30 days. */
export const isLeafOld = (notAfter: string, now: Date): boolean =>
  !(Date.parse(notAfter) - now.getTime() > RENEW_BEFORE_MS);

export interface RelayFilesInput {
  record: SandboxRecord;
  helperImage: string;
  subnets: { sandbox: string; egress: string };
  nonce: string;
}

/** Makes a new leaf and fills the relay's volume with everything that it may know; resolves with when the leaf ends. */
export const fillRelayVolume = async (
  { services, driver, homeId }: { services: Services; driver: Driver; homeId: string },
  { record, helperImage, subnets, nonce }: RelayFilesInput,
  signal: AbortSignal,
): Promise<IsoTime> => {
  const { name, sandboxId } = record;
  const secret = async (file: string): Promise<string> => {
    const text = await services.store.readSecret(name, file);
    if (text !== undefined) return text;
    throw codedError('STATE_UNREADABLE', { message: `The secret ${file} of sandbox ${name} is missing.` });
  };
  const leaf = await issueLeaf({
    ca: { certPem: await secret(SECRETS.caCert), keyPem: await secret(SECRETS.caKey) },
    names: ['inference.local'],
    now: services.clock.now(),
  });
  const provider = PROVIDERS.find((candidate) => candidate.id === record.provider.id);
  if (!provider)
    throw codedError('PROVIDER_UNKNOWN', { message: `The provider ${record.provider.id} is not known any more.` });
  await driver.putFiles(
    {
      volume: objectNames(name, sandboxId).volumes.relay,
      image: helperImage,
      labels: sandboxLabels({ homeId, name, sandboxId }),
      files: relayFiles({
        sandboxId,
        provider: {
          id: provider.id,
          baseUrl: record.provider.endpoint,
          auth: provider.auth,
          headers: provider.headers,
          allowed: [...provider.allowed],
        },
        credential: record.provider.credential ? await secret(SECRETS.provider) : undefined,
        certificate: leaf,
        subnets,
        holdMs: services.config.holdMs,
        nonce,
      }),
    },
    { signal },
  );
  return leaf.notAfter;
};

/** A running relay reads its volume again; what it is in the middle of goes on. */
export const reloadRelay = (driver: Driver, containerId: string, signal: AbortSignal): Promise<RelayStatus> =>
  callRelay({ driver, containerId, uid: IDS.relay, timeoutMs: 15_000, signal }, 'reload');
