import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ProcessStat, parseStat, processTree } from './stat.ts';

const line = (pid: number, name: string) =>
  `${pid} (${name}) S 12 34 56 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 11 0 987654 1000 200 1844 1 1 0`;

describe('parseStat', () => {
  it.each([
    ['a plain name', 'node'],
    ['spaces and parentheses in the name', 'a) S 1 (b'],
    ['a line feed in the name', 'a\nb'],
  ])('reads %s', (_what, name) => {
    expect(parseStat(line(77, name))).toEqual({ pid: 77, state: 'S', ppid: 12, session: 56, startTime: '987654' });
  });

  it.each(['', 'nonsense', '12 (cut', '12 (node) S 1'])('refuses %j', (text) => {
    expect(parseStat(text)).toBeUndefined();
  });

  it('reads this very process', () => {
    expect(parseStat(readFileSync('/proc/self/stat', 'utf8'))).toMatchObject({ pid: process.pid, ppid: process.ppid });
  });
});

describe('processTree', () => {
  const stat = (pid: number, ppid: number): ProcessStat => ({ pid, ppid, state: 'S', session: 1, startTime: '1' });
  const all = [stat(1, 0), stat(7, 1), stat(20, 7), stat(21, 20), stat(30, 1), stat(22, 21)];

  it('has the root and all below it, nothing beside it', () => expect(processTree(20, all)).toEqual([20, 21, 22]));
  it('is empty when the root is gone', () => expect(processTree(99, all)).toEqual([]));
});
