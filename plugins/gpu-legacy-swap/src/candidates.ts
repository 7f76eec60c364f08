import type { GpuCandidate, GpuRequest, HostFacts } from '@nemoclaw/plugin-api';
import { chooseDevices, shortNames } from '@nemoclaw/plugin-api/cdi';

export const RUNTIME = 'nvidia';

/** CDI names on Docker Desktop with WSL are listed and can't be injected. */
const cdi = (facts: HostFacts, { devices }: GpuRequest): GpuCandidate[] => {
  if (facts.dockerDesktop) return [];
  const { chosen } = chooseDevices(facts.engine.cdiDevices, devices);
  return chosen
    ? [
        {
          id: 'cdi',
          title: `CDI ${chosen.join(', ')}`,
          patch: { deviceRequests: [{ driver: 'cdi', count: 0, deviceIds: chosen, capabilities: [] }] },
        },
      ]
    : [];
};

const gpus = ({ devices }: GpuRequest): GpuCandidate => {
  const names = shortNames(devices);
  const all = names.length === 0 || names.includes('all');
  return {
    id: 'gpus',
    title: `--gpus ${all ? 'all' : names.join(',')}`,
    patch: {
      deviceRequests: [{ driver: '', count: all ? -1 : 0, deviceIds: all ? [] : names, capabilities: [['gpu']] }],
    },
  };
};

const runtime = (facts: HostFacts, { devices }: GpuRequest): GpuCandidate[] =>
  facts.engine.runtimes.includes(RUNTIME)
    ? [
        {
          id: 'runtime',
          title: `--runtime ${RUNTIME}`,
          patch: {
            runtime: RUNTIME,
            env: {
              NVIDIA_VISIBLE_DEVICES: shortNames(devices).join(',') || 'all',
              NVIDIA_DRIVER_CAPABILITIES: 'compute,utility',
            },
          },
        },
      ]
    : [];

/** Pure: what is tried, in this order; the engine takes each of them at create, and only a start says which one works. */
export const candidates = (facts: HostFacts, request: GpuRequest): GpuCandidate[] => [
  ...cdi(facts, request),
  gpus(request),
  ...runtime(facts, request),
];
