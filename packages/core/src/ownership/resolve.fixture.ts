import { LABELS } from '@nemoclaw/plugin-api';
import type { OwnershipJournal } from '../api/records.ts';
import { backupName, canonicalName, stagingName } from './names.ts';
import type { Sighting } from './types.ts';

export const SANDBOX = { name: 'demo', sandboxId: '11111111-2222-4333-8444-555555555555' };
export const A = { id: 'a'.repeat(64), generation: 'aaaaaaaa-0000-4000-8000-000000000001' };
export const B = { id: 'b'.repeat(64), generation: 'bbbbbbbb-0000-4000-8000-000000000002' };
export const NAMES = {
  canonical: canonicalName(SANDBOX),
  staging: stagingName(SANDBOX, B.generation),
  backup: backupName(SANDBOX, A.generation),
};

export const container = (
  instance: { id: string; generation?: string },
  more: { name?: string; role?: string; sandboxId?: string; phase?: Sighting['phase']; startedAt?: string } = {},
): Sighting => ({
  id: instance.id,
  name: more.name ?? NAMES.canonical,
  phase: more.phase ?? 'running',
  startedAt: more.startedAt ?? '2026-01-01T00:00:00Z',
  labels: {
    [LABELS.sandboxId]: more.sandboxId ?? SANDBOX.sandboxId,
    [LABELS.role]: more.role ?? 'agent',
    ...(instance.generation === undefined ? {} : { [LABELS.generation]: instance.generation }),
  },
});

export const journal = (more: Partial<OwnershipJournal> = {}): OwnershipJournal => ({
  version: 1,
  ...SANDBOX,
  authoritative: A,
  retired: [],
  creating: null,
  intent: null,
  resources: { relay: null, forward: null, network: null, volumes: [] },
  ...more,
});

export const INTENT: NonNullable<OwnershipJournal['intent']> = {
  incumbent: A,
  replacement: { generation: B.generation },
  backupName: NAMES.backup,
  operation: 'gpu-set',
};
export const RETIRED_A = { ...A, name: NAMES.backup };
