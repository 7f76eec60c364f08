import { CodedError, type ContainerState, type Driver, LABELS } from '@nemoclaw/plugin-api';
import type { OwnershipJournal, SandboxRecord } from '../api/records.ts';
import { codedError } from '../errors/index.ts';
import { parseSandboxName } from '../state/names.ts';
import type { Services } from './services.ts';

/** What the engine has of a sandbox, judged against its journal; labels find, only the journal's ids and generations decide. */
export type Resolution =
  | { state: 'present'; container: ContainerState; strangers: string[] }
  | { state: 'missing' }
  | { state: 'conflict'; reason: string; ids: string[] };

/** Pure: containers that carry the sandbox's id and role, and the journal's word on which one is it. */
export const resolveAgent = (containers: ContainerState[], journal: OwnershipJournal): Resolution => {
  const mine = containers.filter((container) => container.labels[LABELS.sandboxId] === journal.sandboxId);
  const authority = journal.authoritative;
  if (!authority)
    return mine.length === 0
      ? { state: 'missing' }
      : {
          state: 'conflict',
          reason: 'the journal names no container, the engine has some',
          ids: mine.map(({ id }) => id),
        };
  const found = containers.find((container) => container.id === authority.id);
  if (found) {
    if (found.labels[LABELS.generation] !== authority.generation)
      return {
        state: 'conflict',
        reason: 'the container carries another generation than the journal',
        ids: [found.id],
      };
    const strangers = mine.filter(
      (container) => container.id !== found.id && container.labels[LABELS.role] === 'agent',
    );
    return { state: 'present', container: found, strangers: strangers.map(({ id }) => id) };
  }
  const candidates = mine.filter((container) => container.labels[LABELS.role] === 'agent');
  if (candidates.length === 0) return { state: 'missing' };
  return {
    state: 'conflict',
    reason: 'the journal’s container is gone and others carry its labels',
    ids: candidates.map(({ id }) => id),
  };
};

export interface KnownSandbox {
  record: SandboxRecord;
  ownership: OwnershipJournal;
}

/** The sandbox's record and journal; SANDBOX_NOT_FOUND, or an unfinished one's way out. */
export const knownSandbox = async (services: Services, input: string): Promise<KnownSandbox> => {
  const name = parseSandboxName(input);
  const record = await services.store.readRecord(name);
  if (!record) {
    const names = await services.store.listNames();
    throw codedError('SANDBOX_NOT_FOUND', {
      message: `There is no sandbox named ${name}.`,
      hint:
        names.length > 0 ? `There are: ${names.join(', ')}.` : `Make one with \`${services.options.program} onboard\`.`,
    });
  }
  const ownership = await services.store.readOwnership(name);
  if (!ownership) throw codedError('OWNERSHIP_UNRESOLVED', { message: `The ownership journal of ${name} is missing.` });
  return { record, ownership };
};

/** The one container that the journal names, running or not; fails closed on anything else. */
export const authoritativeContainer = async (
  services: Services,
  driver: Driver,
  known: KnownSandbox,
  signal?: AbortSignal,
): Promise<ContainerState> => {
  const { record, ownership } = known;
  const containers = await driver.list({ [LABELS.sandboxId]: record.sandboxId }, signal ? { signal } : {});
  const resolution = resolveAgent(containers, ownership);
  switch (resolution.state) {
    case 'present':
      return resolution.container;
    case 'missing':
      throw codedError('INSTANCE_MISSING', {
        message: `The container of sandbox ${record.name} is gone from the engine.`,
        hint: `\`${services.options.program} ${record.name} recover\` makes it anew on the state that is kept.`,
      });
    case 'conflict':
      throw codedError('OWNERSHIP_CONFLICT', {
        message: `It is not clear which container is sandbox ${record.name}: ${resolution.reason}.`,
        details: { ids: resolution.ids },
      });
  }
};

export const runningContainer = async (
  services: Services,
  driver: Driver,
  known: KnownSandbox,
  signal?: AbortSignal,
): Promise<ContainerState> => {
  const container = await authoritativeContainer(services, driver, known, signal);
  if (container.phase === 'running') return container;
  throw new CodedError('INSTANCE_STOPPED', {
    message: `The container of sandbox ${known.record.name} is ${container.phase}.`,
    hint: `\`${services.options.program} ${known.record.name} recover\` brings it back.`,
  });
};
