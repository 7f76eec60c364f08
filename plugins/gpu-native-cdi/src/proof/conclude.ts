import type { GpuProof, RunAs } from '@nemoclaw/plugin-api';
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

const REMEDIES: Record<Check['name'], string[]> = {
  device_nodes: [
    'Look at the CDI specification (`nvidia-ctk cdi list`) and write it anew after a driver change: `sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml`.',
    'A node that refuses needs its group or its mode: compare `ls -l /dev/nvidia*` on the host.',
  ],
  comm_write: [
    'Something keeps threads from naming themselves, which CUDA needs: look for a security module on the host that guards /proc (`dmesg | tail`).',
  ],
  cu_init: [
    'Run `nvidia-smi` on the host. If it fails there too, the driver is the reason: reboot after a driver update.',
    'If it works there, write the CDI specification anew, so that the library fits the driver: `sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml`.',
  ],
  nvidia_smi: ['Run `nvidia-smi` on the host; a library of another version than the driver gives the same message.'],
};

const NO_LIBRARY_REMEDY =
  'To have it proved, let the CDI specification bring libcuda.so.1: `sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml` writes one that does.';

export function remedyFor(result: GpuProof['result'], checks: readonly Check[]): string[] {
  switch (result) {
    case 'proved':
      return [];
    case 'injected':
      return [NO_LIBRARY_REMEDY];
    case 'failed': {
      const failed = new Set(checks.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name));
      return [...new Set([...failed].flatMap((name) => REMEDIES[name]))];
    }
  }
}
