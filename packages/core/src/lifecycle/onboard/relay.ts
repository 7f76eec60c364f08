import { randomUUID } from 'node:crypto';
import { type ContainerSpec, type ContainerState, type Driver, IDS, isCodedError } from '@nemoclaw/plugin-api';
import type { RelayStatus } from '@nemoclaw/relay/protocol';
import { codedError } from '../../errors/index.ts';
import type { StepIo } from '../../operations/types.ts';
import { callRelay } from '../control.ts';
import { hostAddress } from '../probe-context.ts';
import { fillRelayVolume } from '../relay-files.ts';
import type { Services } from '../services.ts';
import { relaySpec } from '../specs.ts';
import { type OnboardData, recordOf } from './data.ts';
import { moveIngress } from './ingress-port.ts';
import { egressOf, ensureOwned, labelsFor, type OnboardStep, type OnboardTools, removeMade } from './tools.ts';

/** What goes into the relay's volume, by the steps' data. */
export const fillFor = async (tools: OnboardTools, data: OnboardData, signal: AbortSignal): Promise<void> => {
  const record = recordOf(data);
  record.certificateNotAfter = await fillRelayVolume(
    tools,
    {
      record,
      helperImage: data.helperImage,
      subnets: { sandbox: data.networkSubnet, egress: data.egressSubnet },
      nonce: data.nonces.relay,
    },
    signal,
  );
  delete record.relayBehind;
};

const MOST_MOVES = 8;

/**
 * Makes and starts the relay. Its port was free when it was chosen; when somebody took it since, another one is chosen,
 * unless the user named that port: then PORT_TAKEN.
 */
const createAndStart = async (
  tools: OnboardTools,
  { data, save, signal, note }: StepIo<OnboardData>,
  spec: () => ContainerSpec,
): Promise<void> => {
  const { driver } = tools;
  const tried = new Set<number>();
  for (;;) {
    data.relayId = await ensureOwned(tools, data, 'relay', spec, signal);
    await save();
    try {
      return await driver.start(data.relayId, { signal });
    } catch (error) {
      const taken = isCodedError(error) && error.code === 'PORT_TAKEN';
      if (!taken || tried.size >= MOST_MOVES) throw error;
      tried.add(recordOf(data).ingressPort);
      await moveIngress(tools, data, tried);
      // A published port can't be changed: the container that never ran goes, another generation comes.
      await driver.remove(data.relayId, { force: true, signal });
      data.generations.relay = randomUUID();
      data.relayId = '';
      await save();
      note(`another program took the port of ingress; it is ${recordOf(data).ingressPort} now`);
    }
  }
};

export const relayStep = (tools: OnboardTools): OnboardStep => ({
  id: 'relay',
  title: 'Start the relay',
  async run(io) {
    const { data, signal } = io;
    const { driver } = tools;
    await fillFor(tools, data, signal);
    const host = await hostAddress(driver, egressOf(tools, data));
    await createAndStart(tools, io, () =>
      relaySpec({
        sandbox: { id: data.sandboxId, name: data.name },
        labels: labelsFor(tools, data, 'relay', data.generations.relay),
        image: data.relayImage,
        networkId: data.networkId,
        egressId: data.egressId,
        hostAddress: host,
        ingressPort: recordOf(data).ingressPort,
      }),
    );
    await waitForRelay({ driver, containerId: data.relayId, services: tools.services, signal });
  },
  async undo({ data, signal }) {
    await removeMade(tools, data, 'relay', signal);
  },
});

const RELAY_START_MS = 30_000;
/** An engine starts a program again that ends at once, ever more slowly; after so many times it is not going to stay. */
const HOPELESS_RESTARTS = 4;

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
  let state: ContainerState | undefined;
  let restarts: number | undefined;
  while (services.clock.elapsed() - start < RELAY_START_MS) {
    signal.throwIfAborted();
    try {
      return await callRelay({ driver, containerId, uid: IDS.relay, timeoutMs: 5_000, signal }, 'status');
    } catch (error) {
      if (isCodedError(error) && error.code === 'SUPERVISOR_OUTDATED') throw error;
      last = error;
    }
    state = await driver.inspect(containerId, { signal });
    if (!state) break;
    restarts ??= state.restartCount;
    if (state.restartCount - restarts >= HOPELESS_RESTARTS) break;
    await services.clock.sleep(200, signal);
  }
  const again = (state?.restartCount ?? 0) - (restarts ?? 0);
  const seen = state ? `${state.phase}${again > 0 ? `, started again ${again} times` : ''}` : 'gone';
  const seconds = Math.round((services.clock.elapsed() - start) / 1000);
  throw codedError('SUPERVISOR_UNREACHABLE', {
    message: `The relay did not answer within ${seconds} s; its container is ${seen}${state?.error ? ` (${state.error})` : ''}.`,
    cause: last,
  });
};
