import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxRecord } from '@nemoclaw/core';
import { SANDBOX_NAME } from '../grammar/rewrite.ts';
import { byName } from '../render/list.ts';

type Validate = (value: unknown) => boolean;

const SANDBOXES = 'sandboxes';

/** All records of a home; none when a single file is unusual: then the slow path says what is wrong with it. */
export function readRecords(home: string, isRecord: Validate): SandboxRecord[] | undefined {
  const folder = join(home, SANDBOXES);
  if (!existsSync(folder)) return [];
  const records: SandboxRecord[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || !SANDBOX_NAME.test(entry.name)) return undefined;
    const record = readRecord(home, entry.name, isRecord);
    if (record === undefined) return undefined;
    records.push(record);
  }
  return byName(records);
}

export function readRecord(home: string, name: string, isRecord: Validate): SandboxRecord | undefined {
  let record: unknown;
  try {
    record = JSON.parse(readFileSync(join(home, SANDBOXES, name, 'sandbox.json'), 'utf8'));
  } catch {
    return undefined;
  }
  return isRecord(record) && (record as SandboxRecord).name === name ? (record as SandboxRecord) : undefined;
}

/** A journal means that an operation is under way or was interrupted: more than a record can tell. */
export function hasJournal(home: string, name: string): boolean {
  return existsSync(join(home, SANDBOXES, name, 'operation.json'));
}
