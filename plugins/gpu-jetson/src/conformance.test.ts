import type { AgentRunResult, RunInAgent } from '@nemoclaw/plugin-api';
import { testGpuStrategy } from '@nemoclaw/testkit/conformance';
import { HOSTS } from '@nemoclaw/testkit/contexts';
import strategy from './index.ts';

const exited = (stdout: string): AgentRunResult => ({
  outcome: 'exited',
  exitCode: 0,
  stdout,
  stderr: '',
  identity: { uid: 64101, gid: 64101, groups: [64110], netns: '1', pidns: '2', mntns: '3' },
  gateway: { pid: 7, netns: '1' },
});
const agent =
  (cuInit: number | null): RunInAgent =>
  async ({ argv }) =>
    argv[0] === '/opt/nemoclaw/bin/gpu-proof'
      ? exited(
          JSON.stringify({
            comm: 'ok',
            devices: ['/dev/nvmap'],
            refused: [],
            dlopen: cuInit === null ? 'libcuda.so.1: cannot open shared object file: No such file or directory' : 'ok',
            cuInit,
          }),
        )
      : exited('{"present":false}');
const request = (patch?: string, devices: string[] = []) => ({
  devices,
  env: patch === undefined ? {} : { NEMOCLAW_DOCKER_GPU_PATCH: patch },
});

testGpuStrategy(strategy, {
  cases: [
    {
      title: 'a Jetson',
      facts: HOSTS.jetson(),
      request: request(),
      bid: { applicable: true, activation: 'create', priority: 100 },
      patch: {
        runtime: 'nvidia',
        env: { NVIDIA_VISIBLE_DEVICES: 'all', NVIDIA_DRIVER_CAPABILITIES: 'compute,utility' },
        groups: [44, 104],
      },
    },
    { title: 'a Jetson that is to use CDI', facts: HOSTS.jetson(), request: request('0'), bid: { applicable: false } },
    { title: 'another host', facts: HOSTS.nativeWithCdi(), request: request('1'), bid: { applicable: false } },
  ],
  proofs: [
    { title: 'CUDA answers', requested: [], run: agent(0), result: 'proved' },
    { title: 'CUDA finds no device', requested: [], run: agent(100), result: 'failed' },
    { title: 'there is no library', requested: [], run: agent(null), result: 'injected' },
  ],
});
