import type { ContainerState } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import type { StepIo } from '../../operations/types.ts';
import { containerState, driverOf } from '../driver.fixture.ts';
import { policyStep } from './commit.ts';
import type { ReplaceData, ReplaceTools } from './data.ts';

const give = async (state: ContainerState | undefined): Promise<string[]> => {
  const calls: string[] = [];
  const driver = driverOf({
    setRestartPolicy: async (id, policy) => void calls.push(`${id} ${policy}`),
    inspect: async () => state,
  });
  const data = { agentId: 'b', wantedPolicy: 'unless-stopped' } as ReplaceData;
  const io = { data, signal: new AbortController().signal } as unknown as StepIo<ReplaceData>;
  await policyStep({ driver } as ReplaceTools).run(io);
  return calls;
};

describe('the restart policy of a replacement', () => {
  it.each(['running', 'restarting'] as const)('is given to one that is %s', async (phase) => {
    expect(await give(containerState({ phase }))).toEqual(['b unless-stopped']);
  });

  it.each([
    ['exited', containerState({ phase: 'exited', exitCode: 137 }), 'exited (exit 137)'],
    ['gone', undefined, 'gone'],
  ])('comes too late for one that is %s: it is not committed', async (end, state, words) => {
    await expect(give(state)).rejects.toMatchObject({
      code: 'GATEWAY_START_FAILED',
      message: expect.stringContaining(words),
      details: { end },
    });
  });
});
