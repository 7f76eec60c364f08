import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCodedError } from '@nemoclaw/plugin-api';
import { converge } from '../engine/converge.ts';
import type { SweptOperation } from '../engine/operations.ts';
import { type FaultWorld, makeFaultWorld } from '../engine/world.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';

export interface FullDiskWorld {
  world: FaultWorld;
  disk: SmallDisk;
  dispose(): Promise<void>;
}

/** A home that is a small file system of its own. */
export const makeFullDiskWorld = async (name: string): Promise<FullDiskWorld> => {
  const world = await makeFaultWorld(name);
  const aside = mkdtempSync(join(tmpdir(), 'aside-'));
  const [settings, kept] = [join(world.home, 'config.json'), join(aside, 'config.json')];
  copyFileSync(settings, kept);
  const disk = await mountSmallDisk(world.home);
  copyFileSync(kept, settings);
  rmSync(aside, { recursive: true });
  return {
    world,
    disk,
    async dispose() {
      await world.wipe();
      await disk.dispose();
      await world.dispose();
    },
  };
};

/** The disk is full from that step on, until the operation ended; then there is room again. */
export const runDiskCase = async (
  { world, disk }: FullDiskWorld,
  operation: SweptOperation,
  step: string,
): Promise<{ after: string; elapsedMs: number; problems: string[] }> => {
  await operation.prepare(world);
  const begin = performance.now();
  const { error, warnings } = await operation
    .run(world, (begun) => {
      if (begun === step) disk.fill();
    })
    .then(
      (result) => ({ error: undefined, warnings: (result as { warnings?: string[] }).warnings ?? [] }),
      (failure: unknown) => ({ error: failure, warnings: [] }),
    );
  disk.free();
  const elapsedMs = Math.round(performance.now() - begin);
  const { after, problems } = await converge(world, operation.leads);
  // There is always a step's end to write down; that it could not be is what the user is told, past the commit as a warning.
  const told = isCodedError(error) ? error.code === 'DISK_FULL' : warnings.some((text) => /disk is full/i.test(text));
  if (!told) problems.push(`not DISK_FULL: ${error ?? `done, with ${warnings.length} warnings`}`);
  if (problems.length > 0) await world.wipe();
  return { after, elapsedMs, problems };
};
