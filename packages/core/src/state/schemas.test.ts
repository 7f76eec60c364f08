import type { DeviceRequest, GpuProof, ProbeResult } from '@nemoclaw/plugin-api';
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { OwnershipJournal, SandboxRecord } from '../api/records.ts';
import type { OperationJournal } from '../operations/types.ts';
import { operationJournalSchema, ownershipJournalSchema, sandboxRecordSchema } from './schemas.ts';

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Record_ = z.infer<typeof sandboxRecordSchema>;
type Proofs = Record_['proofs'];
type Gpu = NonNullable<Proofs['gpu']>;

/** Type-checked, not run: a schema and the type that it stands for can't drift apart. */
const same: [
  Same<Record_, SandboxRecord>,
  Same<z.infer<typeof ownershipJournalSchema>, OwnershipJournal>,
  Same<z.infer<typeof operationJournalSchema>, OperationJournal>,
  Same<NonNullable<Proofs['bridge']>['probe'], ProbeResult>,
  Same<Gpu, GpuProof>,
  Same<Gpu['requested'][number], DeviceRequest>,
] = [true, true, true, true, true, true];

it('stands for the types of the same name', () => {
  expect(same).not.toContain(false);
});

it.each([
  ['record', sandboxRecordSchema],
  ['ownership', ownershipJournalSchema],
  ['operation', operationJournalSchema],
])('of the %s can be turned into a JSON schema, from which validators are made', (_name, schema) => {
  expect(z.toJSONSchema(schema)).toMatchObject({ type: 'object', additionalProperties: false });
});
