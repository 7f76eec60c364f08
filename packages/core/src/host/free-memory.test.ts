import { expect, it } from 'vitest';
import { freeMemoryOf } from './free-memory.ts';

const MEMINFO =
  'MemTotal:       24611808 kB\nMemFree:         1234567 kB\nMemAvailable:   20000000 kB\nBuffers: 1 kB\n';
const TOTAL = 24_611_808 * 1024;

it.each([
  ['the same machine', TOTAL, MEMINFO, 20_000_000 * 1024],
  ['an engine in a virtual machine', 8 * 1024 ** 3, MEMINFO, undefined],
  ['a kernel that does not say', TOTAL, MEMINFO.replace('MemAvailable', 'Other'), undefined],
  ['a host without the file', TOTAL, undefined, undefined],
])('knows of %s what is free', (_what, engine, meminfo, free) => {
  expect(freeMemoryOf(engine, meminfo)).toBe(free);
});
