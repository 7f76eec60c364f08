import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxRecord } from '@nemoclaw/core';
import { SANDBOX_NAME } from '../grammar/rewrite.ts';
import { byName } from '../render/list.ts';

/** Whether a parsed file is a record; loaded when there is a file. */
export type LoadValidator = () => Promise<(value: unknown) => boolean>;

const SANDBOXES = 'sandboxes';

/** All records of a home; none when a single one is unusual: then the slow path says what is wrong with it. */
export async function readRecords(home: string, validator: LoadValidator): Promise<SandboxRecord[] | undefined> {
  const folder = join(home, SANDBOXES);
  if (!existsSync(folder)) return [];
  const records: SandboxRecord[] = [];
  for (const name of readdirSync(folder)) {
    const record = SANDBOX_NAME.test(name) ? await readRecord(home, name, validator) : undefined;
    if (record === undefined) return undefined;
    records.push(record);
  }
  return byName(records);
}

export async function readRecord(
  home: string,
  name: string,
  validator: LoadValidator,
): Promise<SandboxRecord | undefined> {
  const file = join(home, SANDBOXES, name, 'sandbox.json');
  if (!existsSync(file)) return undefined;
  const record: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const isRecord = await validator();
  return isRecord(record) && (record as SandboxRecord).name === name ? (record as SandboxRecord) : undefined;
}

/** An operation under way or broken off, events, a missing ownership journal: more than a record can tell. */
export function isUnusual(home: string, name: string): boolean {
  const folder = join(home, SANDBOXES, name);
  return existsSync(join(folder, 'operation.json')) || isTroubled(home, name);
}

/** The record may say `ready` and not be right: something was seen, a replacement is open, the journal is not to be used. */
export function isTroubled(home: string, name: string): boolean {
  const folder = join(home, SANDBOXES, name);
  if (existsSync(join(folder, 'events.json'))) return true;
  try {
    const journal = JSON.parse(readFileSync(join(folder, 'ownership.json'), 'utf8')) as { intent?: unknown };
    return journal.intent !== null;
  } catch {
    return true;
  }
}
