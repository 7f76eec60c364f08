import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../engine/operations.ts';
import { isWanted, tell } from '../engine/report-rows.ts';
import { type FullDiskWorld, makeFullDiskWorld, runDiskCase } from './disk-full.ts';
import { smallDiskRefusal } from './small-disk.ts';

const refusal = smallDiskRefusal();

describe.skipIf(refusal)(`the disk with the state is full from a step on${refusal ? ` (${refusal})` : ''}`, () => {
  let full: FullDiskWorld;
  beforeAll(async () => {
    full = await makeFullDiskWorld('full-disk');
  });
  afterAll(() => full.dispose());

  it.for(OPERATIONS)('$name', async (operation, { task }) => {
    const steps: string[] = [];
    await operation.prepare(full.world);
    await operation.run(full.world, (step) => void steps.push(step));
    expect(steps).not.toEqual([]);
    const bad: object[] = [];
    for (const step of steps.filter(isWanted)) {
      const { after, elapsedMs, problems } = await runDiskCase(full, operation, step);
      const good = problems.length === 0;
      if (!good) bad.push({ step, after, problems });
      tell(task, {
        suite: 'disk full',
        operation: operation.name,
        point: `from ${step} on`,
        fault: 'full',
        outcome: good ? `refused, then ${after.split(', ').at(-1)}` : problems.join('; ').slice(0, 200),
        good,
        elapsedMs,
      });
    }
    expect(bad).toEqual([]);
  });
});
