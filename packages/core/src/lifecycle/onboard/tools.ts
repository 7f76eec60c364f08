import type { ContainerSpec, ContainerState, Driver, Labels, NetworkState, Role } from '@nemoclaw/plugin-api';
import { LABELS } from '@nemoclaw/plugin-api';
import type { OwnershipJournal } from '../../api/records.ts';
import { codedError } from '../../errors/index.ts';
import type { Step } from '../../operations/types.ts';
import { containerLabels, egressNetworkName, isThrowAway, objectNames, sandboxLabels } from '../names.ts';
import { noteEvents } from '../observe.ts';
import { findHiddenCreate } from '../replace/hidden-create.ts';
import type { Agent, Services } from '../services.ts';
import { standInSpec } from '../specs.ts';
import type { OnboardData } from './data.ts';

/** What the steps work with, beside their data; made again when an operation is resumed. */
export interface OnboardTools {
  services: Services;
  driver: Driver;
  agent: Agent;
  homeId: string;
}

export const toolsFor = async (services: Services, agentId: string): Promise<OnboardTools> => ({
  services,
  driver: await services.driver(),
  agent: (await services.agent(agentId)).agent,
  homeId: await services.store.homeId(),
});

export type OnboardStep = Step<OnboardData>;

type Named = Pick<OnboardData, 'name' | 'sandboxId'>;

export const identity = (tools: Pick<OnboardTools, 'homeId'>, data: Named) => ({
  homeId: tools.homeId,
  name: data.name,
  sandboxId: data.sandboxId,
});

export const labelsFor = (tools: OnboardTools, data: OnboardData, role: Role, generation: string): Labels =>
  containerLabels(identity(tools, data), role, generation, data.operationId);

export const objectLabels = (tools: Pick<OnboardTools, 'homeId'>, data: Named): Labels =>
  sandboxLabels(identity(tools, data));

/** Writes a change of the ownership journal; disk first. */
export const updateOwnership = async (
  tools: Pick<OnboardTools, 'services'>,
  data: Pick<OnboardData, 'name'>,
  change: (journal: OwnershipJournal) => OwnershipJournal,
): Promise<void> => {
  const journal = await tools.services.store.readOwnership(data.name);
  if (!journal)
    throw codedError('OWNERSHIP_UNRESOLVED', {
      message: `The ownership journal of ${data.name} is gone while an operation works on it.`,
    });
  try {
    await tools.services.store.writeOwnership(change(journal));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `Which container is sandbox ${data.name} could not be written down, so nothing was done: ${why}`;
    await noteEvents(tools.services, data.name, [
      { reason: 'OwnershipPersistFailed', level: 'error', ids: [], message, containers: [] },
    ]);
    throw codedError('OWNERSHIP_PERSIST_FAILED', { message, cause });
  }
};

export const secretOf = async (tools: OnboardTools, data: OnboardData, file: string): Promise<string> => {
  const text = await tools.services.store.readSecret(data.name, file);
  if (text === undefined)
    throw codedError('STATE_UNREADABLE', { message: `The secret ${file} of sandbox ${data.name} is missing.` });
  return text;
};

/** Removes every container of exactly this generation, found by label and checked by its sandbox id. */
const removeGeneration = async (
  tools: OnboardTools,
  data: OnboardData,
  generation: string,
  signal: AbortSignal,
): Promise<void> => {
  const found = await tools.driver.list(
    { [LABELS.sandboxId]: data.sandboxId, [LABELS.generation]: generation },
    { signal },
  );
  for (const container of found) await tools.driver.remove(container.id, { force: true, signal });
};

/** Removes what a crash left of the helpers that fill and read volumes: they hold the volumes. Resolves with their names. */
export const removeThrowAways = async (
  tools: Pick<OnboardTools, 'driver'>,
  data: Pick<OnboardData, 'sandboxId'>,
  signal: AbortSignal,
): Promise<string[]> => {
  const found = await tools.driver.list({ [LABELS.sandboxId]: data.sandboxId }, { signal });
  const left = found.filter(({ labels }) => isThrowAway(labels));
  for (const { id } of left) await tools.driver.remove(id, { force: true, signal });
  return left.map(({ name }) => name);
};

/** The container that was to be made under that name, also while its create is in flight and nobody can see it. */
export const findHidden = (
  tools: OnboardTools,
  data: OnboardData,
  { part, name }: { part: keyof OnboardData['generations']; name: string },
  signal: AbortSignal,
): Promise<ContainerState | undefined> => {
  // Without a generation and a helper: should it be left over itself, it goes with the other throw-aways.
  const { [LABELS.generation]: _none, ...labels } = labelsFor(tools, data, 'helper', '');
  return findHiddenCreate({
    driver: tools.driver,
    clock: tools.services.clock,
    sandboxId: data.sandboxId,
    generation: data.generations[part],
    name,
    stub: standInSpec({ name, labels, image: data.helperImage }),
    signal,
  });
};

/** Takes back the making of a part, at whatever point it was cut off: the journal has its id, or its create may still be in flight. */
export const removeMade = async (
  tools: OnboardTools,
  data: OnboardData,
  part: keyof OnboardData['generations'],
  signal: AbortSignal,
): Promise<void> => {
  const name = objectNames(data.name, data.sandboxId)[part];
  if (data[`${part}Id`] === '' && data.helperImage !== '') await findHidden(tools, data, { part, name }, signal);
  await removeGeneration(tools, data, data.generations[part], signal);
};

/** The container of exactly this generation, when it is there. */
export const findGeneration = async (
  tools: OnboardTools,
  data: OnboardData,
  generation: string,
  signal: AbortSignal,
) => {
  const found = await tools.driver.list(
    { [LABELS.sandboxId]: data.sandboxId, [LABELS.generation]: generation },
    { signal },
  );
  if (found.length > 1)
    throw codedError('OWNERSHIP_CONFLICT', {
      message: `${found.length} containers carry the generation ${generation} of sandbox ${data.name}.`,
      details: { ids: found.map((container) => container.id) },
    });
  return found[0];
};

/**
 * The one container of that part's generation, made when it is not there; resolves with its id. The journal has the
 * generation before the create and the id after it, so that a create that is cut off is found.
 */
export const ensureOwned = async (
  tools: OnboardTools,
  data: OnboardData,
  part: 'relay' | 'forward',
  spec: () => ContainerSpec,
  signal: AbortSignal,
): Promise<string> => {
  const generation = data.generations[part];
  const own = (id: string) =>
    updateOwnership(tools, data, (journal) => ({
      ...journal,
      resources: { ...journal.resources, [part]: { id, generation } },
    }));
  const present = await findGeneration(tools, data, generation, signal);
  if (!present) await own('');
  const id = present?.id ?? (await tools.driver.create(spec(), { signal })).id;
  await own(id);
  return id;
};

export const egressOf = (tools: OnboardTools, data: OnboardData): NetworkState => ({
  id: data.egressId,
  name: egressNetworkName(tools.homeId),
  subnet: data.egressSubnet,
  gateway: data.egressGateway,
  labels: {},
  kind: 'egress',
  created: false,
});
