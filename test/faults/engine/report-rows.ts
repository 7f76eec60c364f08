import type { RunnerTask } from 'vitest';
import { type FaultRow, report } from '../report/row.ts';
import type { RestartRow } from './engine-restart.ts';
import type { SweepRow } from './sweep.ts';

type Task = Pick<RunnerTask, 'meta'>;

const ONLY = new RegExp(process.env.NEMOCLAW_FAULTS_POINT ?? '');

/** Whether NEMOCLAW_FAULTS_POINT, a regular expression, asks for that point; without it all are. */
export const isWanted = (point: string): boolean => ONLY.test(point);

/** Into the table, and a line at once for whoever waits. */
export const tell = (task: Task, row: FaultRow): void => {
  report(task, row);
  const { suite, operation, point, fault, outcome, good } = row;
  process.stderr.write(`${good ? '✓' : '✗'} ${suite}: ${operation}, ${point}, ${fault}: ${outcome}\n`);
};

type Ends = Pick<RestartRow, 'ending' | 'after' | 'problems'> & Partial<Pick<SweepRow, 'missed'>>;

const outcomeOf = ({ ending, after, problems, missed }: Ends): string => {
  if (problems.length > 0) return `${ending}: ${problems.join('; ').slice(0, 200)}`;
  if (missed) return 'not made this time';
  return `${ending === 'done' || ending === 'killed' ? ending : 'failed'}, then ${after.split(', ').at(-1)}`;
};

export const reportSweep = (task: Task, row: SweepRow): void =>
  tell(task, {
    suite: 'engine calls',
    operation: row.operation,
    point: `${row.kind}${row.nth === 0 ? '' : ` (${row.nth + 1}th)`}`,
    fault: row.fault,
    outcome: outcomeOf(row),
    good: row.problems.length === 0,
    elapsedMs: row.elapsedMs,
  });

export const reportRestart = (task: Task, row: RestartRow): void =>
  tell(task, {
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
