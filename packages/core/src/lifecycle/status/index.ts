import { isCodedError } from '@nemoclaw/plugin-api';
import type { SupervisorStatus } from '@nemoclaw/supervisor/protocol';
import type { CallOptions, StatusResult } from '../../api/nemoclaw.ts';
import type { SandboxEvent } from '../../api/records.ts';
import { codedError } from '../../errors/index.ts';
import { parseSandboxName } from '../../state/names.ts';
import { callSupervisor } from '../control.ts';
import { type KnownSandbox, knownSandbox, runningContainer } from '../resolve.ts';
import type { Services } from '../services.ts';
import { conditionNow } from './condition.ts';
import { liveStatus } from './live.ts';

/** A record whose journal can't be used is no sandbox that anything can be done with; that is a status too. */
const UNUSABLE: ReadonlySet<string> = new Set(['OWNERSHIP_UNRESOLVED', 'STATE_UNREADABLE', 'STATE_VERSION']);

const withoutJournal = async (services: Services, name: string, error: unknown): Promise<StatusResult> => {
  const record = await services.store.readRecord(parseSandboxName(name)).catch(() => undefined);
  if (!record || !isCodedError(error) || !UNUSABLE.has(error.code)) throw error;
  const at = services.clock.now().toISOString();
  return { record, condition: { status: 'OwnershipUnresolved', reason: error.message, ids: [], at } };
};

/** Recorded facts with their ages; with `live`, what the engine and the sandbox say now. */
export const status = async (
  services: Services,
  name: string,
  options: CallOptions & { live?: boolean } = {},
): Promise<StatusResult> => {
  let known: KnownSandbox;
  try {
    known = await knownSandbox(services, name);
  } catch (error) {
    return withoutJournal(services, name, error);
  }
  const { record, ownership } = known;
  const pending = await services.store.readOperation(record.name);
  const step =
    pending?.steps.find((candidate) => candidate.state === 'running' || candidate.state === 'undoing')?.id ?? '';
  const found = options.live ? await liveStatus(services, known, options) : undefined;
  const all = found?.events ?? (await services.store.readEvents(record.name).catch(() => undefined))?.events ?? [];
  const events = all.filter(({ active }) => active);
  const condition = conditionNow(ownership, events, services.clock.now());
  return {
    record,
    ...(pending ? { pending: { operation: pending.operation, step, startedAt: pending.startedAt } } : {}),
    ...(condition ? { condition } : {}),
    ...(events.length > 0 ? { events } : {}),
    ...(found ? { live: found.live } : {}),
  };
};

/** What was out of the ordinary with it, the latest first. */
export const events = async ({ store }: Services, input: string): Promise<{ events: SandboxEvent[] }> => {
  const name = parseSandboxName(input);
  if (!(await store.listNames()).includes(name))
    throw codedError('SANDBOX_NOT_FOUND', { message: `There is no sandbox named ${name}.` });
  return { events: (await store.readEvents(name))?.events ?? [] };
};

export const gatewayStatus = async (
  services: Services,
  name: string,
  options: CallOptions = {},
): Promise<SupervisorStatus> => {
  const known = await knownSandbox(services, name);
  const driver = await services.driver();
  const container = await runningContainer(services, driver, known, options.signal);
  return callSupervisor({ driver, containerId: container.id, timeoutMs: 15_000, signal: options.signal }, 'status', {});
};
