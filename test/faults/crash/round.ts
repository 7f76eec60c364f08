import type { Ended } from './child.ts';
import type { Crash } from './choose.ts';
import { allHealthy, nothingLeft } from './judge.ts';
import type { Strike } from './points.ts';
import type { Bench } from './sandbox.ts';
import type { Sweep } from './sweep.ts';
import { isEnd } from './world.ts';

/** How a round ended, in few words, and what is not as it has to be. */
export interface End {
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

export const ready = async (bench: Bench, sweep: Sweep): Promise<void> => {
  await bench.begin(sweep.start);
  await sweep.arrange?.(bench);
};

/** The budget of an undo, and what it takes to begin and to end. */
const ENDS_WITHIN_MS = 35_000;
const RESTARTS_WITHIN_MS = 20_000;

export const NOT_PASSED = 'not passed this time';

export const endedWith = (ended: Ended): string =>
  JSON.stringify('passed' in ended ? { ...ended, passed: ended.passed.length } : ended).slice(0, 600);

/** A process that was not killed: how it ended, when that is how a command may end. */
const endOf = (ended: Ended): { how: string; troubles: string[] } => {
  const how = !('type' in ended) ? ended.how : ended.type === 'done' ? 'done' : ended.code;
  const good = 'type' in ended && isEnd(how);
  return { how, troubles: good ? [] : [`it ended in no way that a command may end: ${endedWith(ended)}`] };
};

/** A detour of the first run, such as another port of ingress, is not taken each time. */
const missed = async (bench: Bench): Promise<End> => ({ ...(await recovered(bench, false)), outcome: NOT_PASSED });

/** The program lives: it gets through, or gives up with a word; what it left is settled. */
const bereaved = async (bench: Bench, sweep: Sweep, crash: Crash, strike: Strike): Promise<End> => {
  const ended = await bench.inChild(sweep.verb, { ...crash, strike });
  if ('type' in ended && !ended.struck) return missed(bench);
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
  if ('type' in ended && !ended.struck) return missed(bench);
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

export const oneRound = async (bench: Bench, sweep: Sweep, crash: Crash): Promise<End> => {
  await ready(bench, sweep);
  const { strike = 'crash' } = sweep;
  if (strike === 'SIGINT') return interrupted(bench, sweep, crash);
  if (strike !== 'crash') return bereaved(bench, sweep, crash, strike);
  const ended = await bench.inChild(sweep.verb, { ...crash, strike });
  if ('type' in ended && ended.type === 'done') return missed(bench);
  if (!('how' in ended) || ended.how !== 'killed')
    return { outcome: 'not reached', troubles: [`it ended by itself: ${endedWith(ended)}`] };
  const journaled = bench.hasJournal();
  if (sweep.losesJournal) await bench.loseJournal();
  return sweep.next === 'destroy' ? destroyed(bench) : recovered(bench, journaled && !sweep.losesJournal);
};
