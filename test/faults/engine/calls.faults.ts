import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from './operations.ts';
import { badOnes, isWanted, reportSweep } from './report-rows.ts';
import { selectPoints } from './select-cases.ts';
import { recordKinds, runCase, type SweepRow } from './sweep.ts';
import { type FaultWorld, makeFaultWorld } from './world.ts';

describe('every kind of call to the engine, with every fault', () => {
  const known = new Set<string>();
  let world: FaultWorld;
  beforeAll(async () => {
    world = await makeFaultWorld('faulty-calls');
  });
  afterAll(() => world.dispose());

  it.for(OPERATIONS)('$name', async (operation, { task }) => {
    const points = selectPoints(await recordKinds(world, operation), known);
    expect(points.length).toBeGreaterThan(0);
    const rows: SweepRow[] = [];
    for (const point of points.filter(({ kind }) => isWanted(kind))) {
      const row = await runCase(world, operation, point);
      reportSweep(task, row);
      rows.push(row);
    }
    expect(badOnes(rows)).toEqual([]);
    // A sweep that misses shows nothing.
    expect(rows.filter(({ missed }) => missed).length).toBeLessThanOrEqual(Math.max(1, rows.length / 10));
  });
});
