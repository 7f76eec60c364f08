import type { GpuProof } from '../gpu.ts';
import { oneLine } from '../plain-text.ts';
import type { AgentRunResult } from '../probe.ts';
import type { RunAs } from '../process-identity.ts';
import { type ProofReport, parseProof } from './proof-program.ts';
import { parseSmi } from './smi-program.ts';

export type Check = GpuProof['checks'][number];

export interface Observations {
  /** Of the image's proof program. */
  proof: AgentRunResult;
  /** Of the program that asks nvidia-smi. */
  smi: AgentRunResult;
}

/** Pure: the four checks for one identity, from what the two programs gave. */
export function judgeIdentity(as: RunAs, { proof, smi }: Observations): Check[] {
  const report = proof.outcome === 'exited' ? parseProof(proof.stdout) : undefined;
  if (!report) {
    const detail = `the proof program gave no report: ${said(proof)}`;
    return [
      { as, name: 'device_nodes', outcome: 'failed', detail },
      { as, name: 'comm_write', outcome: 'failed', detail },
      { as, name: 'cu_init', outcome: 'failed', detail },
      { as, name: 'nvidia_smi', ...judgeSmi(smi) },
    ];
  }
  return [
    { as, name: 'device_nodes', ...judgeDevices(report) },
    { as, name: 'comm_write', ...judgeComm(report) },
    { as, name: 'cu_init', ...judgeCuda(report, proof) },
    { as, name: 'nvidia_smi', ...judgeSmi(smi) },
  ];
}

type Judged = Pick<Check, 'outcome' | 'detail'>;

/** For root only, or for displays and profilers: CUDA does without. */
const DISPENSABLE = /^\/dev\/(nvidia-caps\/|nvidia-modeset$|nvidia-uvm-tools$)/;

function judgeDevices({ devices, refused }: ProofReport): Judged {
  const needed = refused.filter(({ path }) => !DISPENSABLE.test(path));
  if (needed.length > 0)
    return {
      outcome: 'failed',
      detail: oneLine(`not to be opened: ${needed.map(({ path, error }) => `${path} (${error})`).join(', ')}`),
    };
  return devices.length === 0
    ? { outcome: 'failed', detail: 'there is no GPU device node' }
    : { outcome: 'ok', detail: oneLine(devices.join(', ')) };
}

const judgeComm = ({ comm }: ProofReport): Judged =>
  comm === 'ok'
    ? { outcome: 'ok', detail: 'a thread may name itself' }
    : { outcome: 'failed', detail: `a thread may not name itself (${oneLine(comm, 60)})` };

function judgeCuda({ dlopen, cuInit }: ProofReport, run: AgentRunResult): Judged {
  if (dlopen === undefined) return { outcome: 'failed', detail: `the driver ended the process (${said(run)})` };
  if (dlopen !== 'ok')
    return NO_LIBRARY.test(dlopen)
      ? { outcome: 'skipped', detail: 'there is no libcuda.so.1 to test with' }
      : { outcome: 'failed', detail: oneLine(`libcuda.so.1 does not load: ${dlopen}`) };
  if (cuInit === undefined) return { outcome: 'failed', detail: `cuInit ended the process (${said(run)})` };
  if (cuInit === null) return { outcome: 'failed', detail: 'libcuda.so.1 has no cuInit' };
  return cuInit === 0
    ? { outcome: 'ok', detail: 'cuInit ok' }
    : { outcome: 'failed', detail: `cuInit gave ${cuInit}${CUDA_ERRORS[cuInit] ? ` (${CUDA_ERRORS[cuInit]})` : ''}` };
}

const NO_LIBRARY = /libcuda\.so\.1: cannot open shared object file: No such file/;

/** Names from the CUDA driver API for what comes up when a container gets a GPU wrongly. */
const CUDA_ERRORS: Record<number, string> = {
  3: 'CUDA_ERROR_NOT_INITIALIZED',
  34: 'CUDA_ERROR_STUB_LIBRARY',
  46: 'CUDA_ERROR_DEVICE_UNAVAILABLE',
  100: 'CUDA_ERROR_NO_DEVICE',
  101: 'CUDA_ERROR_INVALID_DEVICE',
  304: 'CUDA_ERROR_OPERATING_SYSTEM',
  802: 'CUDA_ERROR_SYSTEM_NOT_READY',
  803: 'CUDA_ERROR_SYSTEM_DRIVER_MISMATCH',
  804: 'CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE',
  999: 'CUDA_ERROR_UNKNOWN',
};

function judgeSmi(run: AgentRunResult): Judged {
  const report = run.outcome === 'exited' ? parseSmi(run.stdout) : undefined;
  if (!report) return { outcome: 'failed', detail: `nvidia-smi could not be looked for: ${said(run)}` };
  if (!report.present) return { outcome: 'skipped', detail: 'there is no nvidia-smi in the sandbox' };
  const words = oneLine(report.said, 300) || 'no words';
  return report.exitCode === 0
    ? { outcome: 'ok', detail: words }
    : { outcome: 'failed', detail: `${report.path} ended with ${report.exitCode}: ${words}` };
}

function said(run: AgentRunResult): string {
  switch (run.outcome) {
    case 'not_run':
      return oneLine(`not run (${run.reason}: ${run.message})`, 200);
    case 'timed_out':
      return 'it did not end in time';
    case 'exited':
      return oneLine(`exit ${run.exitCode} ${run.stderr || run.stdout}`, 200);
  }
}
