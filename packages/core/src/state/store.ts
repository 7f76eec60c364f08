import { randomBytes } from 'node:crypto';
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { OwnershipJournal, SandboxEvents, SandboxPlan, SandboxRecord } from '../api/records.ts';
import { codedError } from '../errors/index.ts';
import type { OperationJournal } from '../operations/types.ts';
import { ensureFolder, removeFile, sweepTemporaries, writeFileAtomic, writeFileOnce } from './atomic-file.ts';
import { namesIn, removeFolder, sweepTrash } from './folders.ts';
import { acquireLock, type HeldLock } from './lock/lock.ts';
import { type ProcessFacts, systemProcessFacts } from './lock/process-facts.ts';
import { isSandboxName, parseSandboxName } from './names.ts';
import { checkName, readState, readText, serialize } from './read-file.ts';
import {
  operationJournalSchema,
  ownershipJournalSchema,
  sandboxEventsSchema,
  sandboxPlanSchema,
  sandboxRecordSchema,
} from './schemas.ts';

export type { HeldLock } from './lock/lock.ts';

export interface SandboxPaths {
  folder: string;
  record: string;
  ownership: string;
  operation: string;
  plan: string;
  events: string;
  secrets: string;
  evidence: string;
}

/** Everything on the host's disk: `<home>/sandboxes/<name>/…`; folders 0700, files 0600, each file replaced whole. */
export interface StateStore {
  readonly home: string;
  /** HOME_UNWRITABLE when it can't be made or written. */
  ensureHome(): Promise<void>;
  /** 8 hex digits, made once. */
  homeId(): Promise<string>;
  /** BAD_NAME for what is no sandbox name. */
  paths(name: string): SandboxPaths;
  /** Names of which there is any state, sorted, whether it can be read or not. */
  listNames(): Promise<string[]>;
  /** `undefined` when there is none; STATE_UNREADABLE or STATE_VERSION when there is one that can't be used. */
  readRecord(name: string): Promise<SandboxRecord | undefined>;
  writeRecord(record: SandboxRecord): Promise<void>;
  readOwnership(name: string): Promise<OwnershipJournal | undefined>;
  writeOwnership(journal: OwnershipJournal): Promise<void>;
  readPlan(name: string): Promise<SandboxPlan | undefined>;
  writePlan(plan: SandboxPlan): Promise<void>;
  readEvents(name: string): Promise<SandboxEvents | undefined>;
  writeEvents(events: SandboxEvents): Promise<void>;
  readOperation(name: string): Promise<OperationJournal | undefined>;
  writeOperation(name: string, journal: OperationJournal): Promise<void>;
  clearOperation(name: string): Promise<void>;
  readSecret(name: string, file: string): Promise<string | undefined>;
  writeSecret(name: string, file: string, content: string): Promise<void>;
  /** Resolves also when it is already gone. */
  removeSecret(name: string, file: string): Promise<void>;
  /** The folder is gone by name when this resolves, or still whole. */
  removeSandbox(name: string): Promise<void>;
  /**
   * Whether anything on disk speaks of that name, also what no command reads: files that were cut off while they were
   * written, the lock of a process that is no more, a folder on its way out.
   */
  hasTraces(name: string): Promise<boolean>;
  /** BUSY, saying who holds it, when somebody does. What writers that were killed left behind is taken away with it. */
  lock(name: string, options: { operation: string; signal?: AbortSignal }): Promise<HeldLock>;
}

export interface StateStoreDeps {
  now?: () => Date;
  processFacts?: ProcessFacts;
}

const SECRET_FILE = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const homeSchema = z.strictObject({ version: z.literal(1), id: z.string().regex(/^[0-9a-f]{8}$/) });

const sandboxPaths = (home: string, name: string): SandboxPaths => {
  const folder = join(home, 'sandboxes', parseSandboxName(name));
  return {
    folder,
    record: join(folder, 'sandbox.json'),
    ownership: join(folder, 'ownership.json'),
    operation: join(folder, 'operation.json'),
    plan: join(folder, 'plan.json'),
    events: join(folder, 'events.json'),
    secrets: join(folder, 'secrets'),
    evidence: join(folder, 'evidence'),
  };
};

export const createStateStore = (home: string, deps: StateStoreDeps = {}): StateStore => {
  const now = deps.now ?? (() => new Date());
  const facts = deps.processFacts ?? systemProcessFacts();
  const paths = (name: string): SandboxPaths => sandboxPaths(home, name);
  const homeFile = join(home, 'home.json');
  const locks = join(home, 'locks');
  const trashFolder = join(home, 'trash');

  const readNamed = async <S extends z.ZodType<{ name: string }>>(path: string, schema: S, name: string) => {
    const value = await readState(path, schema);
    if (value) checkName(path, value.name, name);
    return value;
  };
  const write = (path: string, schema: z.ZodType, value: unknown): Promise<void> =>
    writeFileAtomic(path, serialize(path, schema, value));
  const secretPath = (name: string, file: string): string => {
    if (!SECRET_FILE.test(file)) throw codedError('INTERNAL_ERROR', { message: `${file} is no name for a secret.` });
    return join(paths(name).secrets, file);
  };

  return {
    home,
    async ensureHome() {
      await ensureFolder(home);
      await access(home, constants.R_OK | constants.W_OK | constants.X_OK).catch((cause: unknown) => {
        throw codedError('HOME_UNWRITABLE', { message: `${home} can't be written.`, details: { path: home }, cause });
      });
    },
    async homeId() {
      const known = await readState(homeFile, homeSchema);
      if (known) return known.id;
      // Another process may be doing the same: the first to make the file decides for both.
      await writeFileOnce(
        homeFile,
        serialize(homeFile, homeSchema, { version: 1, id: randomBytes(4).toString('hex') }),
      );
      const made = await readState(homeFile, homeSchema);
      if (!made) throw codedError('STATE_UNREADABLE', { message: `${homeFile} vanished while it was made.` });
      return made.id;
    },
    paths,
    async listNames() {
      const names: string[] = [];
      for (const name of (await namesIn(join(home, 'sandboxes'))).filter(isSandboxName).sort()) {
        const files = await namesIn(paths(name).folder);
        if (files.some((file) => ['sandbox.json', 'ownership.json', 'operation.json'].includes(file))) names.push(name);
      }
      return names;
    },
    readRecord: async (name) => readNamed(paths(name).record, sandboxRecordSchema, name),
    writeRecord: async (record) => write(paths(record.name).record, sandboxRecordSchema, record),
    readOwnership: async (name) => readNamed(paths(name).ownership, ownershipJournalSchema, name),
    writeOwnership: async (journal) => write(paths(journal.name).ownership, ownershipJournalSchema, journal),
    readPlan: async (name) => (await readNamed(paths(name).plan, sandboxPlanSchema, name)) as SandboxPlan | undefined,
    writePlan: async (plan) => write(paths(plan.name).plan, sandboxPlanSchema, plan),
    readEvents: async (name) => readNamed(paths(name).events, sandboxEventsSchema, name),
    writeEvents: async (events) => write(paths(events.name).events, sandboxEventsSchema, events),
    async readOperation(name) {
      const path = paths(name).operation;
      const journal = await readState(path, operationJournalSchema);
      if (journal) checkName(path, journal.sandbox, name);
      return journal;
    },
    writeOperation: async (name, journal) => write(paths(name).operation, operationJournalSchema, journal),
    clearOperation: async (name) => removeFile(paths(name).operation),
    readSecret: async (name, file) => readText(secretPath(name, file)),
    writeSecret: async (name, file, content) => writeFileAtomic(secretPath(name, file), content),
    removeSecret: async (name, file) => removeFile(secretPath(name, file)),
    removeSandbox: async (name) => removeFolder(paths(name).folder, trashFolder),
    async hasTraces(name) {
      const { folder } = paths(name);
      const [files, claims, trash] = await Promise.all([namesIn(folder), namesIn(locks), namesIn(trashFolder)]);
      return files.length > 0 || trash.length > 0 || claims.some((claim) => claim.startsWith(`${name}.`));
    },
    async lock(name, options) {
      const lock = await acquireLock({
        folder: locks,
        name: parseSandboxName(name),
        operation: options.operation,
        facts,
        now,
        ...(options.signal ? { signal: options.signal } : {}),
      });
      try {
        // All that is written there is written under this lock.
        await sweepTemporaries(paths(name).secrets);
        await sweepTemporaries(paths(name).folder);
        await sweepTrash(trashFolder);
        return lock;
      } catch (error) {
        await lock.release();
        throw error;
      }
    },
  };
};
