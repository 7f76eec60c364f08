import type { CodedError, ContainerState, Driver } from '@nemoclaw/plugin-api';
import type { OwnershipJournal, SandboxRecord } from '../api/records.ts';
import { codedError } from '../errors/index.ts';
import type { Resolution } from '../ownership/index.ts';
import { parseSandboxName } from '../state/names.ts';
import { observeOwnership } from './observe.ts';
import { SECRETS } from './secrets.ts';
import type { Services } from './services.ts';
import { stoppedBecause } from './stopped.ts';

/** A command on a sandbox with a half-finished operation: that one comes first. */
export const refuseWhilePending = async (services: Services, name: string): Promise<void> => {
  const pending = await services.store.readOperation(name);
  if (pending)
    throw codedError('OPERATION_PENDING', {
      message: `${pending.operation} of ${name} was begun at ${pending.startedAt} and not finished.`,
      hint: `Unless it still runs: \`${services.options.program} ${name} recover\` finishes it or takes it back, and says which.`,
    });
};

/** What the containers' logs, and what plugins say of them, must not show. */
export const learnSecrets = async ({ store, redactor }: Services, name: string): Promise<void> => {
  for (const file of [SECRETS.token, SECRETS.provider]) {
    const secret = await store.readSecret(name, file);
    if (secret !== undefined) redactor.learn(secret);
  }
  // A plan that can't be read is the trouble of whoever needs it.
  const known = await store.readPlan(name).catch(() => undefined);
  if (!known) return;
  const { plan, secretKeys = [] } = known;
  redactor.declare({ secretKeys });
  redactor.learnEnv(plan.env);
  redactor.learnJson({ entrypoint: plan.entrypoint, command: plan.command, labels: plan.labels });
};

/** Another driver looks at another engine: what it does not find there is not gone. */
const checkDriver = async ({ driverId, options }: Services, { name, driver }: SandboxRecord): Promise<void> => {
  const used = await driverId();
  if (driver !== used)
    throw codedError('DRIVER_MISMATCH', {
      message: `Sandbox ${name} was made by the driver ${driver}; this command would use ${used}.`,
      hint: `Run it with NEMOCLAW_DRIVER=${driver}, or with that setting of ${options.program}; nothing was touched.`,
      details: { made: driver, used },
    });
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
    await refuseWhilePending(services, name);
    const names = await services.store.listNames();
    if (names.includes(name))
      throw codedError('OWNERSHIP_UNRESOLVED', {
        message: `The record of ${name} (${services.store.paths(name).record}) is missing.`,
        hint: `Put it back, or take the rest of the sandbox away: \`${services.options.program} ${name} destroy\`.`,
      });
    throw codedError('SANDBOX_NOT_FOUND', {
      message: `There is no sandbox named ${name}.`,
      hint:
        names.length > 0 ? `There are: ${names.join(', ')}.` : `Make one with \`${services.options.program} onboard\`.`,
    });
  }
  await checkDriver(services, record);
  const ownership = await services.store.readOwnership(name);
  if (!ownership)
    throw codedError('OWNERSHIP_UNRESOLVED', {
      message: `The ownership journal of ${name} (${services.store.paths(name).ownership}) is missing.`,
      hint: `Put it back, or take the sandbox away: \`${services.options.program} ${name} destroy\`, then onboard again.`,
    });
  await learnSecrets(services, name);
  return { record, ownership };
};

/** The one container that the journal names, running or not; fails closed on anything else. */
export const authoritativeContainer = async (
  services: Services,
  driver: Driver,
  known: KnownSandbox,
  signal?: AbortSignal,
): Promise<ContainerState> => {
  const { resolution } = await observeOwnership(services, driver, known, signal);
  if (resolution.state === 'present') return resolution.container;
  throw unresolved(known.record.name, services.options.program, resolution);
};

/** Why there is no one container to work on, and the command that resolves it. */
export const unresolved = (
  name: string,
  program: string,
  resolution: Exclude<Resolution, { state: 'present' }>,
): CodedError => {
  const recover = `\`${program} ${name} recover\``;
  switch (resolution.state) {
    case 'missing':
    case 'unfinished':
      return codedError('INSTANCE_MISSING', {
        message: `The container of sandbox ${name} is gone from the engine.`,
        hint: `${recover} makes it anew on the state that is kept.`,
      });
    case 'replacing':
      return codedError('REPLACEMENT_PENDING', {
        message: `The container of sandbox ${name} is being replaced, or that was cut off in the middle.`,
        hint: `Unless it still runs: ${recover} finishes it or takes it back, and says which.`,
        details: { ids: [resolution.incumbent.id, resolution.replacement.id] },
      });
    case 'rollback':
    case 'adopt':
    case 'observe':
      return codedError('OWNERSHIP_UNRESOLVED', {
        message: `The container of sandbox ${name} is gone from the engine; another one of its own is there.`,
        hint: `${recover} goes on with that one once it is sure.`,
        details: { ids: [resolution.container.id] },
      });
    case 'conflict':
      return codedError('OWNERSHIP_CONFLICT', {
        message: `It is not clear which container is sandbox ${name}: ${resolution.reason}.`,
        details: { ids: resolution.ids },
      });
  }
};

/** The relay that the journal names, running: nothing reaches the agent without it. */
export const runningRelay = async (
  services: Services,
  driver: Driver,
  { record, ownership }: KnownSandbox,
  signal?: AbortSignal,
): Promise<ContainerState> => {
  const id = ownership.resources.relay?.id;
  const relay = id ? await driver.inspect(id, signal ? { signal } : {}) : undefined;
  if (relay?.phase === 'running') return relay;
  throw codedError(relay ? 'INSTANCE_STOPPED' : 'INSTANCE_MISSING', {
    message: `The relay of sandbox ${record.name} is ${relay ? stoppedBecause(relay) : 'gone from the engine'}; nothing reaches the agent without it.`,
    hint: `\`${services.options.program} ${record.name} recover\` brings it back.`,
  });
};

export const runningContainer = async (
  services: Services,
  driver: Driver,
  known: KnownSandbox,
  signal?: AbortSignal,
): Promise<ContainerState> => {
  const container = await authoritativeContainer(services, driver, known, signal);
  if (container.phase === 'running') return container;
  throw codedError('INSTANCE_STOPPED', {
    message: `The container of sandbox ${known.record.name} is ${stoppedBecause(container)}.`,
    hint: `\`${services.options.program} ${known.record.name} recover\` brings it back.`,
  });
};
