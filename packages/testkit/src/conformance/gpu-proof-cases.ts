import type { AgentRunResult, DeviceRequest, GpuRequest, RunInAgent } from '@nemoclaw/plugin-api';
import type { GpuProofCase } from './test-gpu-strategy.ts';

const PROGRAM = '/opt/nemoclaw/bin/gpu-proof';
const NO_LIBRARY = 'libcuda.so.1: cannot open shared object file: No such file or directory';
const NO_SMI = '{"present":false}';

const exited = (stdout: string): AgentRunResult => ({
  outcome: 'exited',
  exitCode: 0,
  stdout,
  stderr: '',
  identity: { uid: 64101, gid: 64101, groups: [64110], netns: '1', pidns: '2', mntns: '3' },
  gateway: { pid: 7, netns: '1' },
});

/** Answers the proof program with one text per identity, and says that there is no nvidia-smi unless told otherwise. */
const agent =
  (gateway: string, tools = gateway, smi = NO_SMI): RunInAgent =>
  async ({ as, argv }) =>
    exited(argv[0] !== PROGRAM ? smi : as === 'gateway' ? gateway : tools);

/** What a user asks for: `NEMOCLAW_DOCKER_GPU_PATCH`, and devices. */
export const gpuRequest = (patch?: string, devices: string[] = []): GpuRequest => ({
  devices,
  env: patch === undefined ? {} : { NEMOCLAW_DOCKER_GPU_PATCH: patch },
});

/**
 * What a container with an NVIDIA GPU can answer, for strategies whose proof is `gpuProof` of the contract package: `node`
 * is the device node that theirs brings.
 */
export const gpuProofCases = ({ requested, node }: { requested: DeviceRequest[]; node: string }): GpuProofCase[] => {
  const report = (otherwise: object = {}): string =>
    JSON.stringify({ comm: 'ok', devices: [node], refused: [], dlopen: 'ok', cuInit: 0, ...otherwise });
  const noLibrary = report({ dlopen: NO_LIBRARY, cuInit: null });
  const refusing = (path: string): string => report({ refused: [{ path, error: 'EACCES' }] });
  const smi = (answer: object): string => JSON.stringify({ present: true, path: '/usr/bin/nvidia-smi', ...answer });
  const cases: [title: string, run: RunInAgent, result: GpuProofCase['result']][] = [
    ['CUDA answers both', agent(report()), 'proved'],
    ['nvidia-smi answers as well', agent(report(), report(), smi({ exitCode: 0, said: 'GPU 0\nGPU 1' })), 'proved'],
    ['there is no library', agent(noLibrary), 'injected'],
    ['only the gateway has the library', agent(report(), noLibrary), 'injected'],
    ['cuInit says no device', agent(report({ cuInit: 100 })), 'failed'],
    ['cuInit fails for the tools', agent(report(), report({ cuInit: 999 })), 'failed'],
    ['no device node', agent(report({ devices: [] })), 'failed'],
    ['a device that refuses the tools', agent(report(), refusing('/dev/nvidiactl')), 'failed'],
    ['a node that only root needs refuses', agent(refusing('/dev/nvidia-caps/nvidia-cap1')), 'proved'],
    ['a thread may not name itself', agent(report({ comm: 'EACCES' })), 'failed'],
    [
      'the library is for another machine',
      agent(report({ dlopen: 'libcuda.so.1: wrong ELF class: ELFCLASS32', cuInit: null })),
      'failed',
    ],
    ['the library is not CUDA', agent(report({ cuInit: null })), 'failed'],
    [
      'the driver takes the process down',
      agent(`{"uid":1,"gid":1,"comm":"ok","devices":["${node}"],"refused":[]`),
      'failed',
    ],
    ['nvidia-smi fails', agent(report(), report(), smi({ exitCode: 9, said: 'mismatch' })), 'failed'],
  ];
  return cases.map(([title, run, result]) => ({ title, requested, run, result }));
};
