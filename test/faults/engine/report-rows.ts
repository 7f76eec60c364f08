import type { RunnerTask } from 'vitest';
import { report } from '../report/row.ts';
import type { RestartRow } from './engine-restart.ts';
import type { SweepRow } from './sweep.ts';

type Task = Pick<RunnerTask, 'meta'>;

const outcomeOf = ({ ending, after, problems }: { ending: string; after: string; problems: string[] }): string => {
  if (problems.length > 0) return `${ending}: ${problems.join('; ').slice(0, 200)}`;
  return `${ending === 'done' || ending === 'killed' ? ending : 'failed'}, then ${after.split(', ').at(-1)}`;
};

export const reportSweep = (task: Task, row: SweepRow): void =>
  report(task, {
    suite: 'engine calls',
    operation: row.operation,
    point: `${row.kind}${row.nth === 0 ? '' : ` (${row.nth + 1}th)`}`,
    fault: row.fault,
    outcome: outcomeOf(row),
    good: row.problems.length === 0,
    elapsedMs: row.elapsedMs,
  });

export const reportRestart = (task: Task, row: RestartRow): void =>
  report(task, {
    suite: 'engine restarts',
    operation: row.verb,
    point: `${row.at === 'before' ? 'before' : `${row.at} ms into`} ${row.step}`,
    fault: `${row.outage}${row.programDies ? ', program too' : ''}`,
    outcome: outcomeOf(row),
    good: row.problems.length === 0,
    elapsedMs: row.elapsedMs,
  });

/** For the assertion at the end: what ended badly, in full. */
export const badOnes = (rows: readonly { problems: string[] }[]): object[] =>
  rows.filter(({ problems }) => problems.length > 0);
