import { describe, expect, it } from 'vitest';
import { cdiSpec } from './spec.ts';

const input = { kind: 'nvidia.com/gpu', devices: ['0', 'all'], nodes: { '/dev/nvidia0': '/x/nvidia0' }, mounts: {} };

describe('a CDI specification for a test', () => {
  it('gives every device the same edits', () => {
    const { kind, devices } = JSON.parse(cdiSpec(input));
    expect(kind).toBe('nvidia.com/gpu');
    expect(devices.map(({ name }: { name: string }) => name)).toEqual(['0', 'all']);
    expect(devices[0].containerEdits).toEqual({
      deviceNodes: [{ path: '/dev/nvidia0', hostPath: '/x/nvidia0' }],
      mounts: [],
    });
    expect(devices[1].containerEdits).toEqual(devices[0].containerEdits);
  });

  it('mounts files read-only', () => {
    const [device] = JSON.parse(cdiSpec({ ...input, mounts: { '/usr/lib/libcuda.so.1': '/x/lib' } })).devices;
    expect(device.containerEdits.mounts).toEqual([
      { containerPath: '/usr/lib/libcuda.so.1', hostPath: '/x/lib', options: ['ro', 'nosuid', 'nodev', 'bind'] },
    ]);
  });

  it('calls a hook when told to', () => {
    const [device] = JSON.parse(cdiSpec({ ...input, createHook: '/bin/false' })).devices;
    expect(device.containerEdits.hooks).toEqual([
      { hookName: 'createRuntime', path: '/bin/false', args: ['/bin/false'] },
    ]);
  });
});
