import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OUTAGES, prepare, type RestartCase, type RestartRow, runRestartCase } from './engine-restart.ts';
import { privateEngineRefusal } from './private-engine.ts';
import { makePrivateWorld, type PrivateWorld } from './private-world.ts';
import { badOnes, isWanted, reportRestart } from './report-rows.ts';

const refusal = privateEngineRefusal();
const VERBS: RestartCase['verb'][] = ['onboard', 'gpu-set', 'restart', 'recover', 'destroy'];

/** In the middle of a create, a stop, a start: the engine dies with the call on its hands. */
const INTO_MS = [30, 90, 180];

const cases = (verb: RestartCase['verb'], steps: string[]): RestartCase[] =>
  steps.filter(isWanted).flatMap((step) => [
    // Who has no power runs no program either.
    ...OUTAGES.map((outage) => ({ verb, step, at: 'before' as const, outage, programDies: outage === 'power cut' })),
    ...INTO_MS.map((at) => ({ verb, step, at, outage: 'killed' as const, programDies: false })),
  ]);

describe.skipIf(refusal)(
  `the engine goes away before each step and comes back${refusal ? ` (${refusal})` : ''}`,
  () => {
    let world: PrivateWorld;
    beforeAll(async () => {
      world = await makePrivateWorld('restarted');
    });
    afterAll(() => world.dispose());

    it.for(VERBS)('%s', async (verb, { task }) => {
      await prepare(world, verb);
      const steps = await world.steps(verb);
      expect(steps.length).toBeGreaterThan(0);
      const rows: RestartRow[] = [];
      for (const one of cases(verb, steps)) {
        const row = await runRestartCase(world, one);
        reportRestart(task, row);
        rows.push(row);
      }
      expect(badOnes(rows)).toEqual([]);
    });
  },
);
