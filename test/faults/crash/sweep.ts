import type { RunnerTask } from 'vitest';
import { report } from '../report/row.ts';
import type { Crash } from './choose.ts';
import { EXEC, type Moment, type Point, pointName, type Strike } from './points.ts';
import { endedWith, NOT_PASSED, oneRound, ready } from './round.ts';
import type { Bench, Start } from './sandbox.ts';
import type { Verb } from './world.ts';

export interface Sweep {
  /** Title in the table. */
  operation: string;
  verb: Verb;
  start: Start;
  /** Between the start and the command: what the command is to find. */
  arrange?(bench: Bench): Promise<void>;
  /** Which command comes next after the crash; `recover` without. */
  next?: 'recover' | 'destroy';
  /** What happens at each of the points; a crash without. */
  strike?: Strike;
  /** Also what the operation wrote down of itself is lost. */
  losesJournal?: boolean;
  /** While a command runs in a container too, such as a restart that the supervisor does. */
  execs?: boolean;
  /** Of the crashes that a run without one offers, those to be made; all of them without. */
  choose?(crashes: Crash[]): Crash[];
}

/** A file is there or not, so before and after are all; a request can also be under way. */
const momentsOf = ({ label }: Point): Moment[] =>
  /^(POST|PUT|DELETE) /.test(label) ? ['during'] : ['before', 'after'];

const SUITES: Record<Strike, string> = {
  crash: 'crash',
  SIGINT: 'interrupted',
  agent: 'containers killed',
  'every container': 'containers killed',
};
const faultOf = (strike: Strike, { moment }: Crash): string =>
  strike === 'agent' || strike === 'every container' ? strike : moment;

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** All points of a command, as a first run passes them; each is then a crash of its own. Gives what did not converge. */
export const sweepPoints = async (bench: Bench, sweep: Sweep, task: Pick<RunnerTask, 'meta'>): Promise<string[]> => {
  await ready(bench, sweep);
  const dry = await bench.inChild(sweep.verb);
  if (!('type' in dry) || dry.type !== 'done')
    throw new Error(`${sweep.operation} fails without a crash: ${endedWith(dry)}`);
  const failures: string[] = [];
  const notPassed: string[] = [];
  const crashes = dry.passed.flatMap((point) => momentsOf(point).map((moment): Crash => ({ ...point, moment })));
  const swept = crashes.filter(({ label }) => sweep.execs || label !== EXEC);
  const chosen = sweep.choose?.(swept) ?? swept;
  const only = new RegExp(process.env.NEMOCLAW_FAULTS_POINT ?? '');
  const made = chosen.filter((one) => only.test(`${one.moment} ${pointName(one)}`));
  for (const crash of made) {
    const begin = performance.now();
    const { outcome, troubles } = await oneRound(bench, sweep, crash).catch((error: unknown) => ({
      outcome: `failed (${(error as { code?: string }).code ?? 'no code'})`,
      troubles: [words(error)],
    }));
    const good = troubles.length === 0;
    const point = pointName(crash);
    const { strike = 'crash' } = sweep;
    const row = { suite: SUITES[strike], operation: sweep.operation, point, fault: faultOf(strike, crash), good };
    report(task, {
      ...row,
      outcome: good ? outcome : `${outcome} — ${troubles[0]}`,
      elapsedMs: performance.now() - begin,
    });
    const line = `${row.suite}: ${sweep.operation}, ${row.fault} ${point}: ${outcome}${good ? '' : ` — ${troubles.join('; ')}`}`;
    process.stderr.write(`${good ? '✓' : '✗'} ${line}\n`);
    if (outcome === NOT_PASSED) notPassed.push(line);
    if (good) continue;
    failures.push(line);
    await bench.wipe();
  }
  // A sweep that kills nobody shows nothing.
  return notPassed.length > Math.max(1, made.length / 10) ? [...failures, ...notPassed] : failures;
};
