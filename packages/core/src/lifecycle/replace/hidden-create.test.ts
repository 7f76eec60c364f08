import { CodedError, type ContainerSpec, type ContainerState, LABELS } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { containerState, driverOf } from '../driver.fixture.ts';
import { fastClock } from '../services.fixture.ts';
import { findHiddenCreate } from './hidden-create.ts';

const NAME = 'staging';
const hidden = containerState({ id: 'hidden', name: NAME, generation: 'g2' });
const standIn = containerState({
  id: 'old-stub',
  name: NAME,
  labels: { [LABELS.sandboxId]: 's1', [LABELS.role]: 'helper' },
});

/** An engine where creates of that name are refused until `appears` lists, and what it then shows. */
const seek = async (looks: ContainerState[][], taken: boolean[]) => {
  const removed: string[] = [];
  let look = 0;
  const found = await findHiddenCreate({
    driver: driverOf({
      list: async () => looks[Math.min(look++, looks.length - 1)] ?? [],
      create: async () => {
        if (taken.shift()) throw new CodedError('ENGINE_CONFLICT', { message: 'name in use' });
        return { id: 'stub' };
      },
      remove: async (id) => void removed.push(id),
    }),
    clock: fastClock(),
    sandboxId: 's1',
    generation: 'g2',
    name: NAME,
    stub: {} as ContainerSpec,
    signal: new AbortController().signal,
  });
  return { found: found?.id, removed };
};

describe('findHiddenCreate', () => {
  it('finds what is listed and creates nothing', async () => {
    expect(await seek([[hidden]], [])).toEqual({ found: 'hidden', removed: [] });
  });
  it('is sure that there is none when the name is free, and takes its stand-in away', async () => {
    expect(await seek([[]], [false])).toEqual({ found: undefined, removed: ['stub'] });
  });
  it('waits for one whose name is taken and that is in no list yet', async () => {
    expect(await seek([[], [], [], [hidden]], [true, true, true])).toEqual({ found: 'hidden', removed: [] });
  });
  it('takes away the stand-in that an earlier try left', async () => {
    expect(await seek([[], [standIn], []], [true, false])).toEqual({ found: undefined, removed: ['old-stub', 'stub'] });
  });
  it('fails closed where somebody else has the name', async () => {
    await expect(seek([[]], Array(1000).fill(true))).rejects.toMatchObject({ code: 'OWNERSHIP_CONFLICT' });
  });
});
