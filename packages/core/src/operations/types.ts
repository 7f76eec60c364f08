import type { IsoTime, JsonObject } from '@nemoclaw/plugin-api';
import type { OnProgress } from '../api/events.ts';

export interface StepIo<D extends JsonObject> {
  /** Shared by all steps and kept in the journal: what `undo` and a later process need goes here. */
  data: D;
  /** Puts the journal on disk now; call it before an effect whose id must not be lost. */
  save(): Promise<void>;
  signal: AbortSignal;
  /** A line of a build or a server, for whoever watches. */
  output(text: string): void;
  /** A remark that stays in the result. */
  note(text: string): void;
  /** Nothing had to be done; such a step is not undone either. Call it before any effect, then return. */
  skip(reason: string): void;
}

export interface Step<D extends JsonObject> {
  id: string;
  title: string;
  /** When this step is done, the operation is past its commit point: from there on it only goes forward. */
  commit?: boolean;
  /** Asked on resume, before the step runs again. */
  done?(io: StepIo<D>): Promise<boolean>;
  /** Must bear being run again after a crash in the middle of it. */
  run(io: StepIo<D>): Promise<void>;
  /** Must bear a `run` that never began or ended half-way, and being called twice. */
  undo?(io: StepIo<D>): Promise<void>;
}

export interface Operation<D extends JsonObject> {
  name: string;
  sandbox: string;
  sandboxId?: string;
  steps: Step<D>[];
  data: D;
  /**
   * What a failure past the commit is. Either way the journal is kept and `recover` does the rest. `throw` (the default)
   * for an operation that is not what the user asked for until its last step, like destroy; `warn` where the result
   * stands and only tidying is left.
   */
  afterCommit?: 'warn' | 'throw';
}

/** What can be said of an operation without calling it. */
export interface OperationShape {
  name: string;
  sandbox: string;
  sandboxId?: string;
  steps: readonly { id: string }[];
  data: JsonObject;
}

export type StepState = 'pending' | 'running' | 'done' | 'skipped' | 'undoing' | 'undone' | 'undo-failed';

export interface OperationJournal {
  version: 1;
  operation: string;
  sandbox: string;
  sandboxId?: string;
  startedAt: IsoTime;
  /** The process that wrote it last. */
  pid: number;
  committed: boolean;
  direction: 'forward' | 'back';
  steps: { id: string; state: StepState }[];
  data: JsonObject;
}

/** What became of what the operation had begun; `not needed` where nothing that was begun has an undo. */
export type UndoOutcome = 'complete' | 'incomplete' | 'not needed';

export type Interruption = 'SIGINT' | 'SIGTERM';

export interface OperationStore {
  writeOperation(name: string, journal: OperationJournal): Promise<void>;
  clearOperation(name: string): Promise<void>;
}

export interface OperationClock {
  now(): Date;
  /** Monotonic milliseconds. */
  elapsed(): number;
  /** Its timer keeps the process alive. Rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface RunOptions {
  store: OperationStore;
  signal?: AbortSignal;
  onProgress?: OnProgress;
  /**
   * Evidence and on-failure hooks: before the undo, inside its budget, of which it gets two thirds at most; `signal`
   * aborts when they are over. Its own errors become notes. What it resolves with stands in the error's details.
   */
  onFailure?(
    error: unknown,
    stepId: string,
    interruptedBy: Interruption | undefined,
    signal: AbortSignal,
  ): Promise<JsonObject | undefined>;
  /** After the undo, when there was a failure before the commit: what became of it. Its own errors are passed over. */
  onTakenBack?(undo: UndoOutcome, elapsedMs: number): Promise<void>;
  /** For on-failure and undo together, and for the rest past the commit once it was interrupted; 30 s. */
  undoBudgetMs?: number;
  clock: OperationClock;
}

export interface OperationOutcome {
  /** Step id → ms. */
  timings: Record<string, number>;
  /** In order, each beginning with the id of its step. */
  notes: string[];
  /** What failed past the commit and is left to `recover`. */
  warnings: string[];
}
