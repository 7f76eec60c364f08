import type { DeviceRequest } from '@nemoclaw/plugin-api';
import { gpuProofCases, gpuRequest, testGpuStrategy } from '@nemoclaw/testkit/conformance';
import { HOSTS } from '@nemoclaw/testkit/contexts';
import strategy from './index.ts';

const requested: DeviceRequest[] = [{ driver: 'cdi', count: 0, deviceIds: ['nvidia.com/gpu=0'], capabilities: [] }];

testGpuStrategy(strategy, {
  cases: [
    {
      title: 'a usable CDI device',
      facts: HOSTS.nativeWithCdi(),
      request: gpuRequest(),
      bid: { applicable: true, activation: 'create', priority: 100 },
      patch: { deviceRequests: requested },
    },
    {
      title: 'an engine inside WSL',
      facts: HOSTS.wslEngine(),
      request: gpuRequest(),
      bid: { applicable: true },
      patch: { deviceRequests: [{ driver: 'cdi', count: 0, deviceIds: ['nvidia.com/gpu=all'], capabilities: [] }] },
    },
    { title: 'no GPU', facts: HOSTS.plain(), request: gpuRequest(), bid: { applicable: false } },
    {
      title: 'a device that is not there',
      facts: HOSTS.nativeWithCdi('nvidia.com/gpu=0'),
      request: gpuRequest(undefined, ['3']),
      bid: { applicable: false },
    },
  ],
  proofs: gpuProofCases({ requested, node: '/dev/nvidia0' }),
});
