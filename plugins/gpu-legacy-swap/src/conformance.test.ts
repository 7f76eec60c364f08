import { gpuProofCases, gpuRequest, testGpuStrategy } from '@nemoclaw/testkit/conformance';
import { HOSTS } from '@nemoclaw/testkit/contexts';
import strategy from './index.ts';

testGpuStrategy(strategy, {
  cases: [
    {
      title: 'a CDI device, where it steps back',
      facts: HOSTS.nativeWithCdi(),
      request: gpuRequest(),
      bid: { applicable: true, activation: 'replace', priority: 10 },
      patch: { deviceRequests: [{ driver: 'cdi', count: 0, deviceIds: ['nvidia.com/gpu=0'], capabilities: [] }] },
    },
    {
      title: 'the runtime alone',
      facts: HOSTS.nativeWithRuntimeOnly(),
      request: gpuRequest(),
      bid: { applicable: true, priority: 100 },
      patch: { deviceRequests: [{ driver: '', count: -1, deviceIds: [], capabilities: [['gpu']] }] },
    },
    {
      title: 'Docker Desktop on WSL, which ignores 0 and says so',
      facts: HOSTS.wslDesktop(),
      request: gpuRequest('0'),
      bid: {
        applicable: true,
        warnings: ['NEMOCLAW_DOCKER_GPU_PATCH=0 is ignored on Docker Desktop with WSL: there is no other way there.'],
      },
    },
    { title: 'no GPU', facts: HOSTS.plain(), request: gpuRequest('1'), bid: { applicable: false } },
  ],
  proofs: gpuProofCases({ requested: [], node: '/dev/nvidia0' }),
});
