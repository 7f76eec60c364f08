import { describe, expect, it } from 'vitest';
import { chooseDevices } from './choose-devices.ts';

const gpu = (...names: string[]) => names.map((name) => `nvidia.com/gpu=${name}`);

describe('choosing CDI devices', () => {
  it.each<[string, string[], string[], string[], string]>([
    ['numbers before all', gpu('all', '0'), [], gpu('0'), 'numeric'],
    ['every number, in numeric order', gpu('10', '2', '0', 'all'), [], gpu('0', '2', '10'), 'numeric'],
    ['numbers before UUIDs of the same GPUs', gpu('GPU-a', '0', 'GPU-b', '1', 'all'), [], gpu('0', '1'), 'numeric'],
    ['names where there is no number', gpu('all', 'GPU-b', 'GPU-a'), [], gpu('GPU-a', 'GPU-b'), 'named'],
    ['a MIG slice is a name', gpu('0:1', 'all'), [], gpu('0:1'), 'named'],
    ['all where there is nothing else (WSL)', gpu('all'), [], gpu('all'), 'all'],
    ['one device twice', gpu('0', '0'), [], gpu('0'), 'numeric'],
    ['what was asked for, by full name', gpu('0', '1', 'all'), gpu('1'), gpu('1'), 'explicit'],
    ['what was asked for, by number', gpu('0', '1', 'all'), ['1'], gpu('1'), 'explicit'],
    ['what was asked for, in its order', gpu('0', '1', 'all'), ['1', '0', '1'], gpu('1', '0'), 'explicit'],
    ['all, when asked for', gpu('0', 'all'), ['all'], gpu('all'), 'explicit'],
    ['other kinds are no GPUs', [...gpu('0'), 'amd.com/gpu=0', 'nvidia.com/pva=0'], [], gpu('0'), 'numeric'],
  ])('%s', (_title, devices, requested, chosen, how) => {
    expect(chooseDevices(devices, requested)).toEqual({ chosen, how });
  });

  it.each<[string, string[], string[], RegExp]>([
    ['no device at all', [], [], /no CDI device of kind/],
    ['only other kinds', ['amd.com/gpu=0', 'nvidia.com/pva=0'], [], /no CDI device of kind/],
    ['an empty name', gpu(''), [], /no CDI device of kind/],
    ['one that is not there', gpu('0'), ['0', '7'], /no CDI device nvidia\.com\/gpu=7; it has nvidia\.com\/gpu=0/],
    ['one of another kind', [...gpu('0'), 'amd.com/gpu=0'], ['amd.com/gpu=0'], /no CDI device amd\.com\/gpu=0/],
  ])('none for %s', (_title, devices, requested, why) => {
    expect(chooseDevices(devices, requested)).toEqual({ chosen: undefined, why: expect.stringMatching(why) });
  });
});
