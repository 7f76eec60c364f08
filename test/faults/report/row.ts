import type { RunnerTask } from 'vitest';

/** One fault that was made, and what became of it. */
export interface FaultRow {
  /** `crash`, `engine`, `rush`, …: a heading of its own in the report. */
  suite: string;
  /** What was under way: `onboard`, `gpu set`. */
  operation: string;
  /** Where: a step of the journal, a kind of engine call. */
  point: string;
  /** How, or when: `before`, `after`, `answer lost`. A column of the table. */
  fault: string;
  /** In few words, the same words for the same end: `taken back`, `finished`, `refused (BUSY)`. They are counted. */
  outcome: string;
  /** Whether that is how it has to end. */
  good: boolean;
  elapsedMs: number;
}

declare module 'vitest' {
  interface TaskMeta {
    faults?: FaultRow[];
  }
}

/** Puts the row into the table at the end of the run; `task` is that of the running test. The test itself asserts. */
export const report = (task: Pick<RunnerTask, 'meta'>, row: FaultRow): void => {
  task.meta.faults = [...(task.meta.faults ?? []), row];
};
