import { HOSTS } from '@nemoclaw/testkit/contexts';
import { describe, expect, it } from 'vitest';
import { candidates } from './candidates.ts';

const ids = (facts: Parameters<typeof candidates>[0]) =>
  candidates(facts, { devices: [], env: {} }).map(({ id }) => id);

describe('candidates', () => {
  it.each([
    ['a CDI device', HOSTS.nativeWithCdi(), ['cdi', 'gpus']],
    ['the runtime alone', HOSTS.nativeWithRuntimeOnly(), ['gpus', 'runtime']],
    ['a CDI device that Docker Desktop on WSL lists', HOSTS.wslDesktop(), ['gpus']],
    ['an engine inside WSL', HOSTS.wslEngine(), ['cdi', 'gpus']],
  ])('with %s', (_title, facts, expected) => {
    expect(ids(facts)).toEqual(expected);
  });

  it('asks each for the device that was asked for, by the name that it knows', () => {
    const facts = HOSTS.nativeWithCdi('nvidia.com/gpu=1', 'nvidia.com/gpu=all');
    facts.engine.runtimes.push('nvidia');
    const patches = candidates(facts, { devices: ['nvidia.com/gpu=1'], env: {} }).map(({ patch }) => patch);
    expect(patches).toEqual([
      { deviceRequests: [{ driver: 'cdi', count: 0, deviceIds: ['nvidia.com/gpu=1'], capabilities: [] }] },
      { deviceRequests: [{ driver: '', count: 0, deviceIds: ['1'], capabilities: [['gpu']] }] },
      { runtime: 'nvidia', env: { NVIDIA_VISIBLE_DEVICES: '1', NVIDIA_DRIVER_CAPABILITIES: 'compute,utility' } },
    ]);
  });
});
