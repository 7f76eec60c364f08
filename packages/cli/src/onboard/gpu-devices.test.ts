import { expect, it } from 'vitest';
import { gpuDevices } from './gpu-devices.ts';

it.each<[string | string[] | undefined, string[] | undefined]>([
  [undefined, undefined],
  ['0, 1', ['0', '1']],
  [
    ['nvidia.com/gpu=0', '1,2'],
    ['nvidia.com/gpu=0', '1', '2'],
  ],
  [['all'], ['all']],
  ['', []],
])('%j is %j', (given, devices) => {
  expect(gpuDevices(given)).toEqual(devices);
});
