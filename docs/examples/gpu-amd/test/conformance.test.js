import { testGpuStrategy } from '@nemoclaw/testkit/conformance';
import { hostFacts } from '@nemoclaw/testkit/contexts';
import strategy from '../src/index.js';

const ONE = 'amd.com/gpu=0';
const requested = [{ driver: 'cdi', count: 0, deviceIds: [ONE], capabilities: [] }];
const withGpu = hostFacts({ engine: { cdiDevices: [ONE, 'other.com/gpu=0'] } });
const request = { devices: [], env: {} };
const identity = { uid: 64101, gid: 64101, groups: [], netns: '1', pidns: '2', mntns: '3' };

/** A sandbox in which these nodes open. */
const sandbox = (nodes) => async () => ({
  outcome: 'exited',
  exitCode: 0,
  stdout: JSON.stringify(nodes),
  stderr: '',
  identity,
  gateway: undefined,
});

testGpuStrategy(strategy, {
  cases: [
    {
      title: 'a device of the class',
      facts: withGpu,
      request,
      bid: { applicable: true },
      patch: { deviceRequests: requested },
    },
    { title: 'no device', facts: hostFacts(), request, bid: { applicable: false } },
    {
      title: 'another device asked for',
      facts: withGpu,
      request: { ...request, devices: ['amd.com/gpu=7'] },
      bid: { applicable: false },
    },
  ],
  proofs: [
    { title: 'both nodes open', requested, run: sandbox(['/dev/kfd', '/dev/dri/renderD128']), result: 'injected' },
    { title: 'one node does not open', requested, run: sandbox(['/dev/kfd']), result: 'failed' },
  ],
});
