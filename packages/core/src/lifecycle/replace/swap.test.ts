import type { Driver } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import type { StepIo } from '../../operations/types.ts';
import { containerState, driverOf } from '../driver.fixture.ts';
import type { ReplaceData, ReplaceTools } from './data.ts';
import { holdStep, renameStep, stopStep } from './swap.ts';

const data = {
  sandboxId: 's1',
  incumbent: { id: 'a', generation: 'g1' },
  generations: { agent: 'g2' },
  agentId: 'b',
  canonicalName: 'sandbox',
  incumbentPolicy: 'unless-stopped',
  incumbentRan: true,
  startAsked: false,
} as unknown as ReplaceData;

const undoAll = async (
  incumbent: ReturnType<typeof containerState> | undefined,
  more: Partial<ReplaceData> = {},
): Promise<string[]> => {
  const calls: string[] = [];
  const note = (name: string) => async (id: string) => {
    calls.push(`${name} ${id}`);
  };
  const parts: Partial<Driver> = {
    inspect: async () => incumbent,
    list: async () => [],
    rename: note('rename'),
    start: note('start'),
    stop: note('stop'),
    setRestartPolicy: note('policy'),
  };
  const tools = { driver: driverOf(parts) } as unknown as ReplaceTools;
  const io = { data: { ...data, ...more }, signal: new AbortController().signal } as unknown as StepIo<ReplaceData>;
  for (const step of [renameStep(tools), stopStep(tools), holdStep(tools)]) await step.undo?.(io);
  return calls;
};

describe('bringing the old container back', () => {
  it('gives it its name, starts it and gives it its policy', async () => {
    const backup = containerState({ id: 'a', name: 'sandbox-backup', phase: 'exited' });
    expect(await undoAll(backup)).toEqual(['rename a', 'start a', 'policy a']);
  });

  it('waits for a stop that the engine never answered, since a start of what still runs does nothing', async () => {
    const stopping = containerState({ id: 'a', name: 'sandbox' });
    const asked = { stopAsked: true } as const;
    expect(await undoAll(stopping, asked)).toEqual(['stop a', 'start a', 'policy a']);
    expect(await undoAll(stopping, { ...asked, stopAnswered: true })).toEqual(['start a', 'policy a']);
  });

  it('ends where somebody removed it: there is nothing to bring back', async () => {
    expect(await undoAll(undefined)).toEqual([]);
  });
});
