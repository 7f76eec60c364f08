import type { RunnerTask } from 'vitest';
import { type Child, startChild } from '../crash/child.ts';
import type { Bench } from '../crash/sandbox.ts';
import { isEnd, type Verb } from '../crash/world.ts';
import { report } from '../report/row.ts';

export interface Runner {
  verb: Verb;
  name: string;
}

const times = (count: number, runner: Runner): Runner[] => Array.from({ length: count }, () => runner);

/** So many of each, no two of a kind beside one another. */
export const mixed = (name: string, counts: Partial<Record<Verb, number>>): Runner[] => {
  const rows = Object.entries(counts).map(([verb, count]) => times(count, { verb: verb as Verb, name }));
  const longest = Math.max(...rows.map((row) => row.length));
  return Array.from({ length: longest }, (_, index) => rows.flatMap((row) => row[index] ?? [])).flat();
};

/**
 * All of them at once, each a process of its own that has loaded the program before the first one begins. Gives those
 * that ended in no way that a command may end.
 */
export const rush = async (
  bench: Bench,
  title: string,
  runners: readonly Runner[],
  task: Pick<RunnerTask, 'meta'>,
): Promise<{ done: number; busy: number; wrong: string[] }> => {
  const children: Child[] = runners.map(() => startChild(bench.home));
  await Promise.all(children.map((child) => child.ready));
  const ends = await Promise.all(
    runners.map(async ({ verb, name }, index) => {
      const begin = performance.now();
      const ended = await (children[index] as Child).run({
        job: { verb, name, agent: 'tiny', endpoint: bench.endpoint },
      });
      const outcome = !('type' in ended) ? ended.how : ended.type === 'done' ? 'done' : ended.code;
      const known = 'type' in ended && isEnd(outcome);
      const row = { suite: 'rush', operation: title, point: `${verb} of ${name}`, fault: 'at once' };
      report(task, { ...row, outcome, good: known, elapsedMs: performance.now() - begin });
      return { outcome, wrong: known ? [] : [`${verb} of ${name}: ${JSON.stringify(ended).slice(0, 600)}`] };
    }),
  );
  return {
    done: ends.filter(({ outcome }) => outcome === 'done').length,
    busy: ends.filter(({ outcome }) => outcome === 'BUSY').length,
    wrong: ends.flatMap(({ wrong }) => wrong),
  };
};
