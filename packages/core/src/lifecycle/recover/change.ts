import type { RecoverInput } from '../../api/nemoclaw.ts';
import type { SandboxRecord } from '../../api/records.ts';
import { codedError } from '../../errors/index.ts';
import { chooseProvider, type ProviderChoice } from '../../providers/discover.ts';
import { parseEndpoint } from '../../providers/endpoint.ts';
import { chooseProfile } from '../../providers/profile.ts';
import { providersAt } from '../../providers/records.ts';
import { chooseIngressPort, portIsFree, portsOfOthers } from '../onboard/ingress-port.ts';
import type { OnboardStep, OnboardTools } from '../onboard/tools.ts';
import { SECRETS } from '../secrets.ts';
import type { Repair } from './look.ts';

/** What a recover was told of the world: what the record is to say, and which parts have to follow. */
export interface Change {
  /** As it will be proved; nothing that was proved of another provider is in it. */
  record: SandboxRecord;
  credential?: string;
  anew: Partial<Repair>;
  actions: string[];
}

const hostView = (endpoint: string): string => parseEndpoint(endpoint).hostBaseUrl;

const asksProvider = ({ endpoint, model, credential, forward }: RecoverInput): boolean =>
  endpoint !== undefined || model !== undefined || credential !== undefined || forward === true;

/** The key was given for one origin and never reaches another: whoever moves the provider gives it again. */
const keyFor = async (
  tools: OnboardTools,
  record: SandboxRecord,
  { endpoint, credential }: RecoverInput,
): Promise<string | undefined> => {
  if (credential !== undefined || !record.provider.credential) return credential;
  const before = new URL(hostView(record.provider.endpoint)).origin;
  const after = endpoint === undefined ? before : new URL(hostView(endpoint)).origin;
  if (before !== after)
    throw codedError('CREDENTIAL_MISSING', {
      message: `The key of ${record.name} was given for ${before} and is not sent to ${after}.`,
      hint: 'Give the key for the new address: --credential-env VAR.',
      details: { before, after },
    });
  return tools.services.store.readSecret(record.name, SECRETS.provider);
};

/** Pure: the record with what the provider now is. */
export const recordWith = (
  record: SandboxRecord,
  found: Pick<ProviderChoice, 'relayBaseUrl' | 'model' | 'contextTokens'>,
  more: { profile: string; credential: boolean; forward: boolean },
): SandboxRecord => {
  const { inference: _inference, bridge: _bridge, chat: _chat, ...proofs } = record.proofs;
  return {
    ...record,
    agent: { ...record.agent, profile: more.profile },
    provider: {
      ...record.provider,
      endpoint: found.relayBaseUrl,
      model: found.model,
      contextTokens: found.contextTokens,
      credential: more.credential,
      forward: more.forward,
    },
    proofs,
  };
};

const withProvider = async (
  tools: OnboardTools,
  record: SandboxRecord,
  input: RecoverInput,
  signal: AbortSignal,
): Promise<Change> => {
  const { services, agent } = tools;
  const credential = await keyFor(tools, record, input);
  const found = await chooseProvider({
    provider: record.provider.id,
    endpoint: hostView(input.endpoint ?? record.provider.endpoint),
    model: input.model ?? record.provider.model,
    ...(credential === undefined ? {} : { credential }),
    records: providersAt(services.config.providers),
    fetch,
    signal,
  });
  const kept = agent.profiles.find(({ id }) => id === record.agent.profile);
  const fits = kept !== undefined && kept.promptTokens + kept.answerTokens <= found.contextTokens;
  const before = record.provider;
  const sameContext = found.contextTokens === before.contextTokens;
  const forward = before.forward || input.forward === true;
  const after = recordWith(record, found, {
    profile: fits ? kept.id : chooseProfile(agent.profiles, found.contextTokens, 'auto').profile.id,
    credential: credential !== undefined,
    forward,
  });
  const moved = after.provider.endpoint !== before.endpoint;
  const other = found.model !== before.model || !sameContext;
  return {
    record: moved || input.credential !== undefined ? { ...after, relayBehind: true } : after,
    ...(input.credential === undefined ? {} : { credential: input.credential }),
    anew: {
      // Model, context and profile stand in the agent's sealed configuration.
      ...(other ? { agent: true } : {}),
      ...(forward && (moved || !before.forward) ? { forward: true } : {}),
    },
    actions: [
      ...(moved ? [`went over to the provider at ${found.hostBaseUrl}`] : []),
      ...(other ? [`went over to the model ${found.model} with a context of ${found.contextTokens} tokens`] : []),
      ...(input.credential === undefined ? [] : ['took over the new key']),
    ],
  };
};

const withPort = async (tools: OnboardTools, change: Change, wanted: number): Promise<Change> => {
  const { record } = change;
  const before = record.ingressPort;
  if (wanted === before) return { ...change, record: { ...record, ingressPortNamed: true } };
  const taken = await portsOfOthers(tools.services.store, record.name);
  const ingressPort = await chooseIngressPort({ wanted, taken, isFree: portIsFree });
  return {
    ...change,
    record: { ...record, ingressPort, ingressPortNamed: true },
    anew: { ...change.anew, relay: true },
    actions: [...change.actions, `moved ingress from 127.0.0.1:${before} to 127.0.0.1:${ingressPort}`],
  };
};

/** What changes by what the user says, asked of the provider itself; nothing is written. `undefined` when nothing was said. */
export const plannedChange = async (
  tools: OnboardTools,
  record: SandboxRecord,
  input: RecoverInput,
  signal: AbortSignal,
): Promise<Change | undefined> => {
  if (!asksProvider(input) && input.ingressPort === undefined) return undefined;
  const none: Change = { record, anew: {}, actions: [] };
  const change = asksProvider(input) ? await withProvider(tools, record, input, signal) : none;
  return input.ingressPort === undefined ? change : withPort(tools, change, input.ingressPort);
};

/**
 * Writes it down before the relay hears of it. A new key comes after the address that it is for: cut off between the
 * two, the sandbox has no key rather than one for somebody else.
 */
export const changeStep = (tools: OnboardTools, { record, credential }: Change): OnboardStep => ({
  id: 'change',
  title: 'Write down what has changed',
  async run() {
    const { store, redactor } = tools.services;
    const stored = await store.readRecord(record.name);
    const kept = { ...(stored ?? record), agent: record.agent, proofs: record.proofs };
    const { provider, ingressPort, ingressPortNamed, relayBehind } = record;
    const after = {
      ...kept,
      ingressPort,
      ...(ingressPortNamed ? { ingressPortNamed } : {}),
      ...(relayBehind ? { relayBehind } : {}),
    };
    if (credential === undefined) return store.writeRecord({ ...after, provider });
    redactor.learn(credential);
    await store.writeRecord({ ...after, provider: { ...provider, credential: false } });
    await store.writeSecret(record.name, SECRETS.provider, credential);
    await store.writeRecord({ ...after, provider });
  },
});
