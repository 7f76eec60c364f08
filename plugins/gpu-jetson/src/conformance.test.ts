import { gpuProofCases, gpuRequest, testGpuStrategy } from '@nemoclaw/testkit/conformance';
import { HOSTS } from '@nemoclaw/testkit/contexts';
import strategy from './index.ts';

testGpuStrategy(strategy, {
  cases: [
    {
      title: 'a Jetson',
      facts: HOSTS.jetson(),
      request: gpuRequest(),
      bid: { applicable: true, activation: 'create', priority: 100 },
      patch: {
        runtime: 'nvidia',
        env: { NVIDIA_VISIBLE_DEVICES: 'all', NVIDIA_DRIVER_CAPABILITIES: 'compute,utility' },
        groups: [44, 104],
      },
    },
    {
      title: 'one GPU, by its CDI name, which the runtime knows by what follows the =',
      facts: HOSTS.jetson(),
      request: gpuRequest(undefined, ['nvidia.com/gpu=0']),
      bid: { applicable: true },
      patch: {
        runtime: 'nvidia',
        env: { NVIDIA_VISIBLE_DEVICES: '0', NVIDIA_DRIVER_CAPABILITIES: 'compute,utility' },
        groups: [44, 104],
      },
    },
    {
      title: 'a Jetson that is to use CDI',
      facts: HOSTS.jetson(),
      request: gpuRequest('0'),
      bid: { applicable: false },
    },
    { title: 'another host', facts: HOSTS.nativeWithCdi(), request: gpuRequest('1'), bid: { applicable: false } },
  ],
  proofs: gpuProofCases({ requested: [], node: '/dev/nvmap' }),
});
