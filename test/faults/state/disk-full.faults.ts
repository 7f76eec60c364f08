import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCodedError } from '@nemoclaw/plugin-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { converge } from '../engine/converge.ts';
import { OPERATIONS } from '../engine/operations.ts';
import { type FaultWorld, makeFaultWorld } from '../engine/world.ts';
import { report } from '../report/row.ts';
import { mountSmallDisk, type SmallDisk, smallDiskRefusal } from './small-disk.ts';

const refusal = smallDiskRefusal();

describe.skipIf(refusal)(`the disk with the state is full from a step on${refusal ? ` (${refusal})` : ''}`, () => {
  const aside = mkdtempSync(join(tmpdir(), 'aside-'));
  let world: FaultWorld;
  let disk: SmallDisk;
  beforeAll(async () => {
    world = await makeFaultWorld('full-disk');
    copyFileSync(join(world.home, 'config.json'), join(aside, 'config.json'));
    disk = await mountSmallDisk(world.home);
    copyFileSync(join(aside, 'config.json'), join(world.home, 'config.json'));
  });
  afterAll(async () => {
    await world.wipe();
    await disk.dispose();
    await world.dispose();
    rmSync(aside, { recursive: true });
  });

  it.for(OPERATIONS)('$name', async (operation, { task }) => {
    await operation.prepare(world);
    const steps: string[] = [];
    await operation.run(world, (step) => void steps.push(step));
    const bad: object[] = [];
    for (const step of steps) {
      await operation.prepare(world);
      const begin = performance.now();
      const error: unknown = await operation
        .run(world, (begun) => {
          if (begun === step) disk.fill();
        })
        .then(
          () => undefined,
          (failure: unknown) => failure,
        );
      disk.free();
      const elapsedMs = Math.round(performance.now() - begin);
      const { after, problems } = await converge(world, operation.leads);
      // There is always a step's end to write down; that it could not be is what the user is told.
      if (!isCodedError(error) || error.code !== 'DISK_FULL') problems.push(`not DISK_FULL: ${error}`);
      const good = problems.length === 0;
      if (!good) {
        bad.push({ step, after, problems });
        await world.wipe();
      }
      const outcome = good ? `refused, then ${after.split(', ').at(-1)}` : problems.join('; ').slice(0, 200);
      report(task, {
        suite: 'disk full',
        operation: operation.name,
        point: `from ${step} on`,
        fault: 'full',
        outcome,
        good,
        elapsedMs,
      });
    }
    expect(bad).toEqual([]);
  });
});
