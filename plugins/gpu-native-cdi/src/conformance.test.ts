import type { AgentRunResult, DeviceRequest, RunInAgent } from '@nemoclaw/plugin-api';
import { testGpuStrategy } from '@nemoclaw/testkit/conformance';
import { HOSTS } from '@nemoclaw/testkit/contexts';
import strategy from './index.ts';

const requested: DeviceRequest[] = [{ driver: 'cdi', count: 0, deviceIds: ['nvidia.com/gpu=0'], capabilities: [] }];

const exited = (stdout: string, exitCode = 0): AgentRunResult => ({
  outcome: 'exited',
  exitCode,
  stdout,
  stderr: '',
  identity: { uid: 64101, gid: 64101, groups: [64110], netns: '1', pidns: '2', mntns: '3' },
  gateway: { pid: 7, netns: '1' },
});
const NO_LIBRARY = 'libcuda.so.1: cannot open shared object file: No such file or directory';
const report = (overrides: object = {}) =>
  JSON.stringify({ comm: 'ok', devices: ['/dev/nvidia0'], refused: [], dlopen: 'ok', cuInit: 0, ...overrides });

/** Answers the proof program with one text per identity, and says that there is no nvidia-smi unless told otherwise. */
const agent =
  (gateway: string, tools = gateway, smi = '{"present":false}'): RunInAgent =>
  async ({ as, argv }) =>
    argv[0] === '/opt/nemoclaw/bin/gpu-proof' ? exited(as === 'gateway' ? gateway : tools) : exited(smi);

testGpuStrategy(strategy, {
  cases: [
    {
      title: 'a usable CDI device',
      facts: HOSTS.nativeWithCdi(),
      request: { devices: [], env: {} },
      bid: { applicable: true, activation: 'create', priority: 100 },
      patch: { deviceRequests: requested },
    },
    {
      title: 'an engine inside WSL',
      facts: HOSTS.wslEngine(),
      request: { devices: [], env: {} },
      bid: { applicable: true },
      patch: { deviceRequests: [{ driver: 'cdi', count: 0, deviceIds: ['nvidia.com/gpu=all'], capabilities: [] }] },
    },
    { title: 'no GPU', facts: HOSTS.plain(), request: { devices: [], env: {} }, bid: { applicable: false } },
    {
      title: 'a device that is not there',
      facts: HOSTS.nativeWithCdi('nvidia.com/gpu=0'),
      request: { devices: ['3'], env: {} },
      bid: { applicable: false },
    },
  ],
  proofs: [
    { title: 'CUDA answers both', requested, run: agent(report()), result: 'proved' },
    {
      title: 'nvidia-smi answers as well',
      requested,
      run: agent(
        report(),
        report(),
        '{"present":true,"path":"/usr/bin/nvidia-smi","exitCode":0,"said":"GPU 0\\nGPU 1"}',
      ),
      result: 'proved',
    },
    {
      title: 'there is no library',
      requested,
      run: agent(report({ dlopen: NO_LIBRARY, cuInit: null })),
      result: 'injected',
    },
    {
      title: 'only the gateway has the library',
      requested,
      run: agent(report(), report({ dlopen: NO_LIBRARY, cuInit: null })),
      result: 'injected',
    },
    { title: 'cuInit says no device', requested, run: agent(report({ cuInit: 100 })), result: 'failed' },
    { title: 'cuInit fails for the tools', requested, run: agent(report(), report({ cuInit: 999 })), result: 'failed' },
    { title: 'no device node', requested, run: agent(report({ devices: [] })), result: 'failed' },
    {
      title: 'a device that refuses the tools',
      requested,
      run: agent(report(), report({ refused: [{ path: '/dev/nvidiactl', error: 'EACCES' }] })),
      result: 'failed',
    },
    {
      title: 'a node that only root needs refuses',
      requested,
      run: agent(report({ refused: [{ path: '/dev/nvidia-caps/nvidia-cap1', error: 'EACCES' }] })),
      result: 'proved',
    },
    { title: 'a thread may not name itself', requested, run: agent(report({ comm: 'EACCES' })), result: 'failed' },
    {
      title: 'the library is for another machine',
      requested,
      run: agent(report({ dlopen: 'libcuda.so.1: wrong ELF class: ELFCLASS32', cuInit: null })),
      result: 'failed',
    },
    { title: 'the library is not CUDA', requested, run: agent(report({ cuInit: null })), result: 'failed' },
    {
      title: 'the driver takes the process down',
      requested,
      run: agent('{"uid":1,"gid":1,"comm":"ok","devices":["/dev/nvidia0"],"refused":[]'),
      result: 'failed',
    },
    {
      title: 'nvidia-smi fails',
      requested,
      run: agent(report(), report(), '{"present":true,"path":"/usr/bin/nvidia-smi","exitCode":9,"said":"mismatch"}'),
      result: 'failed',
    },
  ],
});
