import type { IsolationMode } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { chooseIsolation, memoryOf } from './isolation.ts';

const GIB = 1024 ** 3;
const MODES: IsolationMode[] = [
  { mode: 'separate', memoryBytes: GIB / 2, note: '' },
  { mode: 'shared', memoryBytes: 0, note: '' },
];
const choose = (wanted: string, engineGib: number, modes = MODES, freeGib?: number) =>
  chooseIsolation({
    modes,
    agentBytes: 3 * GIB,
    engineBytes: engineGib * GIB,
    freeBytes: freeGib === undefined ? undefined : freeGib * GIB,
    wanted,
  });

describe('which isolation a sandbox gets', () => {
  it.each([
    ['auto', 8, 'separate'],
    ['auto', 4.5, 'separate'],
    ['auto', 4.4, 'shared'],
    ['auto', 1, 'shared'],
    ['separate', 1, 'separate'],
    ['shared', 64, 'shared'],
  ])('%s on an engine with %f GiB is %s', (wanted, engine, mode) => {
    expect(choose(wanted, engine).mode.mode).toBe(mode);
  });

  it.each([
    ['auto', 3.5, 'separate'],
    ['auto', 3.4, 'shared'],
    ['auto', 0.1, 'shared'],
    ['separate', 0.1, 'separate'],
  ])('%s with %f GiB free of 16 is %s', (wanted, free, mode) => {
    expect(choose(wanted, 16, MODES, free).mode.mode).toBe(mode);
  });

  it('says with numbers why it is the default, and why it is not', () => {
    expect(choose('auto', 16).why).toBe("the agent's default, 3.5 GiB in all");
    expect(choose('auto', 16, MODES, 2).why).toBe('separate would need 3.5 GiB and 2.0 GiB of memory are free');
    expect(choose('shared', 16).why).toBe('as named');
    expect(choose('auto', 4).why).toBe("separate would need 4.5 GiB of the engine's 4.0 GiB");
  });

  it('refuses what the agent does not have, and names what it has', () => {
    expect(() => choose('separate', 64, MODES.slice(1))).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('auto, shared') }),
    );
  });

  it('takes shared from an agent that says nothing', () => {
    expect(choose('auto', 64, []).mode.mode).toBe('shared');
  });
});

it('gives the container the memory of the agent and of its tools', () => {
  const agent = { memoryBytes: 3 * GIB, isolation: MODES };
  expect(memoryOf(agent, 'separate')).toBe(3.5 * GIB);
  expect(memoryOf(agent, 'shared')).toBe(3 * GIB);
});
