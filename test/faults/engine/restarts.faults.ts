import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OUTAGES, prepare, type RestartCase, type RestartRow, runRestartCase } from './engine-restart.ts';
import { privateEngineRefusal } from './private-engine.ts';
import { makePrivateWorld, type PrivateWorld } from './private-world.ts';
import { badOnes, reportRestart } from './report-rows.ts';

const refusal = privateEngineRefusal();
const VERBS: RestartCase['verb'][] = ['onboard', 'gpu-set', 'restart', 'recover', 'destroy'];

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
      for (const step of steps)
        for (const outage of OUTAGES) {
          // Who has no power runs no program either.
          const row = await runRestartCase(world, { verb, step, outage, programDies: outage === 'power cut' });
          reportRestart(task, row);
          rows.push(row);
        }
      expect(badOnes(rows)).toEqual([]);
    });
  },
);
