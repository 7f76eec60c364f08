import { CodedError, type NetworkSpec, type NetworkState } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { isolatedSpec, removeIsolated } from './networks.ts';

const spec = isolatedSpec(
  { config: { subnetRange: '10.214.0.0/16' } as never },
  {
    homeId: 'h1',
    name: 'demo',
    sandboxId: '0123456789',
  },
);

/** An engine on which there may be networks, or one whose create is under way and is seen when somebody asks for its name. */
const engine = ({ listed = 0, hidden = false, refused = false }) => {
  const state = (id: string, created: boolean): NetworkState => ({
    id,
    name: spec.name,
    subnet: '',
    gateway: '',
    labels: spec.labels,
    kind: 'isolated',
    created,
  });
  const there = Array.from({ length: listed }, (_, index) => state(`n${index}`, false));
  const made: NetworkSpec[] = [];
  const removed: string[] = [];
  return {
    made,
    removed,
    listNetworks: async () => there,
    ensureNetwork: async (wanted: NetworkSpec) => {
      if (refused) throw new CodedError('ENGINE_CONFLICT', { message: 'no address range is free' });
      made.push(wanted);
      return state('asked', !hidden);
    },
    removeNetwork: async (id: string) => void removed.push(id),
  };
};

describe('removeIsolated', () => {
  const { signal } = new AbortController();

  it.each([
    ['what is listed, and asks for no other', { listed: 2 }, ['n0', 'n1'], 2, 0],
    ['one whose create a crash hid', { hidden: true }, ['asked'], 1, 1],
    ['what it asked for itself, and counts it not', {}, ['asked'], 0, 1],
    ['nothing where the engine gives none', { refused: true }, [], 0, 0],
  ])('removes %s', async (_what, given, removed, count, asked) => {
    const driver = engine(given);
    expect(await removeIsolated(driver, spec, signal)).toBe(count);
    expect(driver.removed).toEqual(removed);
    expect(driver.made).toEqual(Array.from({ length: asked }, () => spec));
  });
});
