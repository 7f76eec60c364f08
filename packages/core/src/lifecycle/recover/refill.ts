import { recordOf } from '../onboard/data.ts';
import { fillFor, waitForRelay } from '../onboard/relay.ts';
import type { OnboardStep, OnboardTools } from '../onboard/tools.ts';
import { isLeafOld, reloadRelay } from '../relay-files.ts';
import type { Tell } from './tell.ts';

/**
 * For a relay that goes on running: its files again when the record has moved on without it, or when the leaf that it really serves is at
 * its end, whatever the record says of it.
 */
export const refillStep = (tools: OnboardTools, tell: Tell): OnboardStep => ({
  id: 'certificate',
  title: 'Renew the certificate of inference.local',
  async run({ data, signal, note, skip }) {
    const { driver, services } = tools;
    const record = recordOf(data);
    const { certificate: served } = await waitForRelay({ driver, containerId: data.relayId, services, signal });
    record.certificateNotAfter = served.notAfter;
    const old = isLeafOld(served.notAfter, services.clock.now());
    if (!record.relayBehind && !old) return skip(`valid until ${served.notAfter}`);
    await fillFor(tools, data, signal);
    const { certificate } = await reloadRelay(driver, data.relayId, signal);
    if (old) tell(`renewed the certificate of inference.local, which ended ${served.notAfter}`);
    note(`valid until ${certificate.notAfter}`);
  },
});
