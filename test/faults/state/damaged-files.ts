import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Nemoclaw } from '@nemoclaw/core';
import { isCodedError, LABELS } from '@nemoclaw/plugin-api';
import { OPERATIONS } from '../engine/operations.ts';
import type { FaultWorld } from '../engine/world.ts';
import { DAMAGES, type Damage } from './damage.ts';

export const FILES = ['operation.json', 'ownership.json', 'sandbox.json'] as const;
export type StateFile = (typeof FILES)[number];

export const COMMANDS: Record<string, (nemoclaw: Nemoclaw, name: string) => Promise<unknown>> = {
  recover: (nemoclaw, name) => nemoclaw.recover(name),
  'gateway restart': (nemoclaw, name) => nemoclaw.gatewayRestart(name, {}),
  'gpu set': (nemoclaw, name) => nemoclaw.gpuSet(name, 'pretend'),
  destroy: (nemoclaw, name) => nemoclaw.destroy(name),
};

const fileOf = (world: FaultWorld, file: string): string => join(world.home, 'sandboxes', world.name, file);

/** The journal as it stands in the middle of a replacement that then went well. */
export const journalOfReplacement = async (world: FaultWorld): Promise<string> => {
  const operation = OPERATIONS.find(({ name }) => name === 'gpu set')!;
  let journal = '';
  await operation.prepare(world);
  await operation.run(world, (step) => {
    if (step === 'hold') journal = readFileSync(fileOf(world, 'operation.json'), 'utf8');
  });
  return journal;
};

const containersOf = async (world: FaultWorld): Promise<string[]> =>
  (await world.driver.list({ [LABELS.sandbox]: world.name }))
    .map(({ id, phase, startedAt }) => `${id} ${phase} ${startedAt}`)
    .sort();

/** Damages the file, gives the command, puts the file back; says what the command did other than refuse. */
export const refusesDamaged = async (
  world: FaultWorld,
  { file, damage, command, journal }: { file: StateFile; damage: Damage; command: string; journal: string },
): Promise<string[]> => {
  const path = fileOf(world, file);
  const sound = file === 'operation.json' ? journal : readFileSync(path, 'utf8');
  const damaged = DAMAGES[damage](sound);
  const before = await containersOf(world);
  writeFileSync(path, damaged, { mode: 0o600 });
  const problems: string[] = [];
  const error: unknown = await world
    .command((nemoclaw) => COMMANDS[command]!(nemoclaw, world.name))
    .then(
      () => undefined,
      (failure: unknown) => failure,
    );
  const expected = damage === 'of a future version' ? 'STATE_VERSION' : 'STATE_UNREADABLE';
  if (!isCodedError(error) || error.code !== expected) problems.push(`not ${expected}: ${error ?? 'it went well'}`);
  else if (!error.message.includes(path)) problems.push(`does not name ${path}: ${error.message}`);
  if (readFileSync(path, 'utf8') !== damaged) problems.push(`${file} was written`);
  const after = await containersOf(world);
  if (after.join() !== before.join()) problems.push(`containers were touched: ${before.join()} → ${after.join()}`);
  writeFileSync(path, sound, { mode: 0o600 });
  return problems;
};
