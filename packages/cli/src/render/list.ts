import type { SandboxRecord } from '@nemoclaw/core';
import { ago } from './age.ts';
import { table } from './table.ts';

export const noSandbox = (bin: string): string => `No sandbox yet. \`${bin} onboard --name demo\` makes one.\n`;

/** Facts of all sandboxes as recorded, one line each. */
export function renderList(
  records: readonly SandboxRecord[],
  bin: string,
  now: Date,
  conditions: Readonly<Record<string, string>> = {},
): string {
  if (records.length === 0) return noSandbox(bin);
  const rows = records.map((record) => [
    record.name,
    conditions[record.name] ?? record.phase,
    `${record.agent.id} ${record.agent.version}`,
    `${record.provider.id}/${record.provider.model}`,
    gpuCell(record),
    `127.0.0.1:${record.ingressPort}`,
    ago(record.createdAt, now),
  ]);
  return `${table(['NAME', 'PHASE', 'AGENT', 'MODEL', 'GPU', 'INGRESS', 'CREATED'], rows)}\n`;
}

function gpuCell(record: SandboxRecord): string {
  if (record.gpu.strategy === null) return 'none';
  return `${record.gpu.strategy} (${record.proofs.gpu?.result ?? 'not proved'})`;
}

/** By name, so that two readings of the same folder say the same. */
export function byName<T extends { name: string }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
