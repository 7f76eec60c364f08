import { describe, expect, it } from 'vitest';
import { judgeOwner, type Observation, type ProcessStamp } from './judge.ts';
import { parseStat, systemProcessFacts } from './process-facts.ts';

const here: ProcessStamp = { pid: 1, startTime: '5', bootId: 'boot', pidNamespace: 'pid:[1]', machine: 'm' };
const owner: ProcessStamp = { ...here, pid: 77, startTime: '900' };
const gone: Observation = { state: 'gone' };
const present: Observation = { state: 'present', startTime: '900' };

describe('judgeOwner', () => {
  it.each<[string, Partial<ProcessStamp>, Observation, string]>([
    ['the same process is there', {}, present, 'alive'],
    ['no process has its pid', {}, gone, 'dead'],
    ['another process has its pid', {}, { state: 'present', startTime: '901' }, 'dead'],
    ['the machine was started anew since', { bootId: 'older' }, present, 'dead'],
    ['it is on another machine', { machine: 'other', bootId: 'older' }, gone, 'unknowable'],
    ['it is in another container', { pidNamespace: 'pid:[2]' }, gone, 'unknowable'],
    ['the system does not say when processes started', { startTime: '' }, { state: 'present' }, 'alive'],
    ['only the owner knew when it started', {}, { state: 'present' }, 'alive'],
  ])('%s', (_title, change, observed, expected) => {
    expect(judgeOwner({ ...owner, ...change }, here, observed)).toBe(expected);
  });
});

it('reads state and start time of a process whose name is hostile', () => {
  const rest = Array.from({ length: 40 }, (_, index) => String(index)).join(' ');
  expect(parseStat(`42 (a) R 1 (b) S ${rest}`)).toEqual({ state: 'S', startTime: '18' });
  expect(parseStat('')).toBeUndefined();
});

it('knows this very process', async () => {
  const facts = systemProcessFacts();
  const self = await facts.self();
  expect(judgeOwner(self, self, await facts.observe(self.pid))).toBe('alive');
  expect(await facts.observe(2 ** 22 + 1)).toEqual({ state: 'gone' });
});
