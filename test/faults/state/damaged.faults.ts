import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { converge } from '../engine/converge.ts';
import { tell } from '../engine/report-rows.ts';
import { type FaultWorld, makeFaultWorld } from '../engine/world.ts';
import { DAMAGES, type Damage } from './damage.ts';
import { COMMANDS, FILES, journalOfReplacement, refusesDamaged } from './damaged-files.ts';

const CASES = FILES.flatMap((file) => (Object.keys(DAMAGES) as Damage[]).map((damage) => ({ file, damage })));

describe('a file of the state that cannot be read is never read as empty', () => {
  let world: FaultWorld;
  let journal: string;
  beforeAll(async () => {
    world = await makeFaultWorld('damaged-state');
    journal = await journalOfReplacement(world);
  });
  afterAll(() => world.dispose());

  it.for(CASES)('$file $damage', async ({ file, damage }, { task }) => {
    const bad: object[] = [];
    for (const command of Object.keys(COMMANDS)) {
      const begin = performance.now();
      const problems = await refusesDamaged(world, { file, damage, command, journal });
      if (file === 'operation.json') rmSync(join(world.home, 'sandboxes', world.name, file));
      const good = problems.length === 0;
      if (!good) bad.push({ command, problems });
      tell(task, {
        suite: 'state',
        operation: command,
        point: file,
        fault: damage,
        outcome: good ? 'refused, nothing touched' : problems.join('; ').slice(0, 200),
        good,
        elapsedMs: Math.round(performance.now() - begin),
      });
    }
    expect(bad).toEqual([]);
  });

  it('and when it is back, all is well', async () => {
    expect(await converge(world, ['healthy'])).toEqual({ after: 'nothing_to_do, healthy', problems: [] });
  });
});
