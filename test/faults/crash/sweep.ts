import type { RunnerTask } from 'vitest';
import { report } from '../report/row.ts';
import type { Ended } from './child.ts';
import { allHealthy, nothingLeft } from './judge.ts';
import { EXEC, type Moment, type Point, pointName, type Strike } from './points.ts';
import type { Bench, Start } from './sandbox.ts';
import { isEnd, type Verb } from './world.ts';

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

/** Where and when the process is ended. */
export type Crash = Point & { moment: Moment };

/** Each state of disk and engine once: what is there before a point is what was there after the one before it. */
export const eachOnce = (crashes: Crash[]): Crash[] => crashes.filter(({ moment }) => moment !== 'before');

/** While the program stands between two steps. */
export const betweenSteps = (crashes: Crash[]): Crash[] =>
  eachOnce(crashes).filter(({ label }) => label.startsWith('journal: '));

/** So many of them (of those that `among` takes), the first and the last; which ones follows from how many there are. */
export const spread =
  (count: number, among: (crashes: Crash[]) => Crash[] = (all) => all) =>
  (all: Crash[]): Crash[] => {
    const crashes = among(all);
    const chosen = Array.from({ length: count }, (_, index) =>
      Math.floor((index * (crashes.length - 1)) / (count - 1)),
    );
    return crashes.filter((_, index) => chosen.includes(index));
  };

/** A file is there or not, so before and after are all; a request can also be under way. */
const momentsOf = ({ label }: Point): Moment[] =>
  /^(POST|PUT|DELETE) /.test(label) ? ['during'] : ['before', 'after'];

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

interface End {
  outcome: string;
  troubles: string[];
}

const recovered = async (bench: Bench, journaled: boolean): Promise<End> => {
  try {
    const { verdict, actions } = await bench.nemoclaw.recover(bench.name);
    const troubles = verdict === 'removed' ? await nothingLeft(bench) : await allHealthy(bench, [bench.name]);
    // What was cut off on the disk's own word must be spoken of.
    if (journaled && actions.length === 0) troubles.push('recover did not say what it did');
    // Names that are drawn anew each time would make every end one of its own.
    const plain = (action: string): string =>
      action.replace(` of ${bench.name}`, '').replace(/(leftover) \S+/, '$1 helper');
    const said = actions.map(plain).join('; ');
    return { outcome: `${verdict}${said ? `: ${said}` : ''}`, troubles };
  } catch (error) {
    if ((error as { code?: string }).code !== 'SANDBOX_NOT_FOUND') throw error;
    return { outcome: 'there is none', troubles: await nothingLeft(bench) };
  }
};

const destroyed = async (bench: Bench): Promise<End> => {
  try {
    await bench.here('destroy');
    return { outcome: 'destroyed', troubles: await nothingLeft(bench) };
  } catch (error) {
    if ((error as { code?: string }).code !== 'SANDBOX_NOT_FOUND') throw error;
    return { outcome: 'there is none', troubles: await nothingLeft(bench) };
  }
};

const ready = async (bench: Bench, sweep: Sweep): Promise<void> => {
  await bench.begin(sweep.start);
  await sweep.arrange?.(bench);
};

/** The budget of an undo, and what it takes to begin and to end. */
const ENDS_WITHIN_MS = 35_000;
const RESTARTS_WITHIN_MS = 20_000;

const SUITES: Record<Strike, string> = {
  crash: 'crash',
  SIGINT: 'interrupted',
  agent: 'containers killed',
  'every container': 'containers killed',
};
const faultOf = (strike: Strike, { moment }: Crash): string =>
  strike === 'agent' || strike === 'every container' ? strike : moment;

const NOT_PASSED = 'not passed this time';

const endedWith = (ended: Ended): string =>
  JSON.stringify('passed' in ended ? { ...ended, passed: ended.passed.length } : ended).slice(0, 600);

/** A process that was not killed: how it ended, when that is how a command may end. */
const endOf = (ended: Ended): { how: string; troubles: string[] } => {
  const how = !('type' in ended) ? ended.how : ended.type === 'done' ? 'done' : ended.code;
  const good = 'type' in ended && isEnd(how);
  return { how, troubles: good ? [] : [`it ended in no way that a command may end: ${endedWith(ended)}`] };
};

/** The program lives: it gets through, or gives up with a word; what it left is settled. */
const bereaved = async (bench: Bench, ended: Ended): Promise<End> => {
  const { how, troubles } = endOf(ended);
  const { outcome, troubles: more } = await recovered(bench, false);
  return { outcome: `${how}, then ${outcome}`, troubles: [...troubles, ...more] };
};

/** Asked to stop it ends as if it had succeeded or had never been started, and nobody has anything to recover. */
const interrupted = async (bench: Bench, sweep: Sweep, crash: Crash): Promise<End> => {
  const gpuOf = (): string | null | undefined => bench.record()?.gpu.strategy;
  const before = gpuOf();
  const begin = performance.now();
  const ended = await bench.inChild(sweep.verb, { ...crash, strike: 'SIGINT' });
  const elapsedMs = performance.now() - begin;
  const { how, troubles } = endOf(ended);
  const look = (): Promise<string[]> => (bench.record() ? allHealthy(bench, [bench.name]) : nothingLeft(bench));
  // A restart that the supervisor has begun is finished by it.
  const until = performance.now() + RESTARTS_WITHIN_MS;
  let left = await look();
  while (left.length > 0 && performance.now() < until) left = await look();
  troubles.push(...left);
  if (how !== 'done' && how !== 'INTERRUPTED') troubles.push(`it ended otherwise: ${endedWith(ended)}`);
  if (how === 'INTERRUPTED' && gpuOf() !== before) troubles.push(`interrupted, and it is not as it was: ${gpuOf()}`);
  if (elapsedMs > ENDS_WITHIN_MS) troubles.push(`it took ${Math.round(elapsedMs)} ms`);
  return { outcome: how, troubles };
};

const oneRound = async (bench: Bench, sweep: Sweep, crash: Crash): Promise<End> => {
  await ready(bench, sweep);
  const { strike = 'crash' } = sweep;
  if (strike === 'SIGINT') return interrupted(bench, sweep, crash);
  const ended = await bench.inChild(sweep.verb, { ...crash, strike });
  if (strike !== 'crash') return bereaved(bench, ended);
  // A detour of the first run, such as another port of ingress, is not taken each time.
  if ('type' in ended && ended.type === 'done') return { ...(await recovered(bench, false)), outcome: NOT_PASSED };
  if (!('how' in ended) || ended.how !== 'killed')
    return { outcome: 'not reached', troubles: [`it ended by itself: ${endedWith(ended)}`] };
  const journaled = bench.hasJournal();
  if (sweep.losesJournal) await bench.loseJournal();
  return sweep.next === 'destroy' ? destroyed(bench) : recovered(bench, journaled && !sweep.losesJournal);
};

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
