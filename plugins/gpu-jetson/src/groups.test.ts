import { hostFacts } from '@nemoclaw/testkit/contexts';
import { describe, expect, it } from 'vitest';
import { deviceGroups } from './groups.ts';

describe('groups of device nodes', () => {
  it.each<[string, Record<string, number>, number[]]>([
    ['each once, ascending', { '/dev/nvhost-gpu': 104, '/dev/nvmap': 44, '/dev/nvhost-ctrl': 44 }, [44, 104]],
    ['never root’s', { '/dev/nvmap': 0, '/dev/nvhost-gpu': 44 }, [44]],
    ['of nested nodes', { '/dev/nvgpu/igpu0/ctrl': 44 }, [44]],
    ['not of other nodes', { '/dev/nvidia0': 27, '/dev/dri/renderD128': 109 }, []],
  ])('%s', (_title, groups, expected) => {
    expect(deviceGroups(hostFacts({ deviceNodes: Object.keys(groups), deviceGroups: groups }))).toEqual(expected);
  });

  it('passes over a node whose group is not known', () => {
    expect(deviceGroups(hostFacts({ deviceNodes: ['/dev/nvmap'], deviceGroups: {} }))).toEqual([]);
  });
});
