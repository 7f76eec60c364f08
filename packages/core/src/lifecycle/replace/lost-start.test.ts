import { describe, expect, it } from 'vitest';
import { type ProcFiles, workloadOf } from './lost-start.ts';

const ID = 'c'.repeat(64);
const proc = (processes: Record<string, { cgroup: string; cmdline: string }>): ProcFiles => ({
  pids: async () => Object.keys(processes),
  read: async (pid, file) => processes[pid]?.[file] ?? '',
});

describe('workloadOf', () => {
  it.each([
    ['a program in its cgroup (v1)', `12:pids:/docker/${ID}\n`, '/opt/node/bin/node\0x.mjs\0', ['7']],
    ['a program in its cgroup (v2)', `0::/system.slice/docker-${ID}.scope\n`, 'sleep\x300\0', ['7']],
    ['a runtime that has not begun', `0::/docker/${ID}\n`, 'runc\0init\0', []],
    ['a runtime by its path', `0::/docker/${ID}\n`, '/usr/bin/runc\0init\0', []],
    ['a program that calls itself init', `0::/docker/${ID}\n`, '/sbin/docker-init\0--\0init\0', ['7']],
    ['another container', `0::/docker/${'d'.repeat(64)}\n`, 'sleep\0', []],
    ['one that is gone by now', '', '', []],
  ])('%s', async (_title, cgroup, cmdline, expected) => {
    expect(await workloadOf(ID, proc({ 7: { cgroup, cmdline } }))).toEqual(expected);
  });

  it('reads this very host', async () => {
    expect(await workloadOf(ID)).toEqual([]);
  });
});
