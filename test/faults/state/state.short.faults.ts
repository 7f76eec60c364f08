import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../engine/operations.ts';
import { journalOfReplacement, refusesDamaged } from './damaged-files.ts';
import { type FullDiskWorld, makeFullDiskWorld, runDiskCase } from './disk-full.ts';
import { smallDiskRefusal } from './small-disk.ts';

const refusal = smallDiskRefusal();

/** One of each; every file, every damage, every step: the other files of this folder. */
describe.skipIf(refusal)(`the state on disk${refusal ? ` (${refusal})` : ''}`, () => {
  let full: FullDiskWorld;
  let journal: string;
  beforeAll(async () => {
    full = await makeFullDiskWorld('state-in-short');
    journal = await journalOfReplacement(full.world);
  });
  afterAll(() => full.dispose());

  it('is not believed when it is truncated', async () => {
    const one = { file: 'ownership.json', damage: 'truncated', command: 'recover', journal } as const;
    expect(await refusesDamaged(full.world, one)).toEqual([]);
  });

  it('is not touched when it is of a later version', async () => {
    const one = { file: 'operation.json', damage: 'of a future version', command: 'destroy', journal } as const;
    expect(await refusesDamaged(full.world, one)).toEqual([]);
    rmSync(join(full.world.home, 'sandboxes', full.world.name, 'operation.json'));
  });

  it('has no room for the journal when the container of a replacement stops', async () => {
    const operation = OPERATIONS.find(({ name }) => name === 'gpu set')!;
    const { problems } = await runDiskCase(full, operation, 'stop');
    expect(problems).toEqual([]);
  });
});
