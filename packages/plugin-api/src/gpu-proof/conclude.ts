import type { GpuProof } from '../gpu.ts';
import type { RunAs } from '../process-identity.ts';
import type { Check } from './judge-identity.ts';

export const IDENTITIES = ['gateway', 'tools'] as const satisfies RunAs[];

/** Pure: one failure fails it; CUDA must have answered for each identity to be proved. */
export function conclude(checks: readonly Check[]): GpuProof['result'] {
  if (checks.length === 0 || checks.some(({ outcome }) => outcome === 'failed')) return 'failed';
  return IDENTITIES.every((as) =>
    checks.some((check) => check.as === as && check.name === 'cu_init' && check.outcome === 'ok'),
  )
    ? 'proved'
    : 'injected';
}

export function summaryOf(result: GpuProof['result'], checks: readonly Check[]): string {
  switch (result) {
    case 'proved':
      return 'cuInit ok for gateway and tools';
    case 'injected':
      return 'the devices are there; CUDA could not be tested';
    case 'failed': {
      const first = checks.find(({ outcome }) => outcome === 'failed');
      return first ? `as ${first.as}, ${first.detail}` : 'nothing was checked';
    }
  }
}

/** What to try when a check failed, and what would let CUDA be tested at all; each strategy knows its own. */
export interface GpuRemedies extends Record<Check['name'], string[]> {
  no_library: string[];
}

export function remedyFor(result: GpuProof['result'], checks: readonly Check[], remedies: GpuRemedies): string[] {
  switch (result) {
    case 'proved':
      return [];
    case 'injected':
      return remedies.no_library;
    case 'failed': {
      const failed = new Set(checks.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name));
      return [...new Set([...failed].flatMap((name) => remedies[name]))];
    }
  }
}
