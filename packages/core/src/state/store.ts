import type { OwnershipJournal, SandboxRecord } from '../api/records.ts';
import type { OperationJournal } from '../operations/types.ts';

export interface SandboxPaths {
  folder: string;
  record: string;
  ownership: string;
  operation: string;
  secrets: string;
  evidence: string;
  lock: string;
}

export interface HeldLock {
  release(): Promise<void>;
}

export interface StateStore {
  readonly home: string;
  ensureHome(): Promise<void>;
  /** 8 hex digits, made once. */
  homeId(): Promise<string>;
  /** BAD_NAME for what is no sandbox name. */
  paths(name: string): SandboxPaths;
  /** Folders that are there, sorted, whether readable or not. */
  listNames(): Promise<string[]>;
  /** `undefined` when there is none; STATE_UNREADABLE or STATE_VERSION when there is one that can't be used. */
  readRecord(name: string): Promise<SandboxRecord | undefined>;
  writeRecord(record: SandboxRecord): Promise<void>;
  readOwnership(name: string): Promise<OwnershipJournal | undefined>;
  writeOwnership(journal: OwnershipJournal): Promise<void>;
  readOperation(name: string): Promise<OperationJournal | undefined>;
  writeOperation(name: string, journal: OperationJournal): Promise<void>;
  clearOperation(name: string): Promise<void>;
  readSecret(name: string, file: string): Promise<string | undefined>;
  writeSecret(name: string, file: string, content: string): Promise<void>;
  /** The folder is gone by name when this resolves, or still whole. */
  removeSandbox(name: string): Promise<void>;
  /** BUSY, saying who holds it, when somebody does. */
  lock(name: string, options: { operation: string; signal?: AbortSignal }): Promise<HeldLock>;
}

export interface StateStoreDeps {
  now?: () => Date;
  pid?: number;
}

export const createStateStore = (_home: string, _deps: StateStoreDeps = {}): StateStore => {
  throw new Error('not written yet');
};
