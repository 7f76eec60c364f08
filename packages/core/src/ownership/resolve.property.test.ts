import { LABELS } from '@nemoclaw/plugin-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OwnershipJournal } from '../api/records.ts';
import { backupName, canonicalName, stagingName } from './names.ts';
import { ADOPT_AFTER_MS, mayRemove, resolveOwnership } from './resolve.ts';
import type { Observation, Resolution, Sighting } from './types.ts';

// Small pools, so that ids, generations and names meet often; that is where the wrong answers would be.
const IDS = ['1', '2', '3', '4'].map((digit) => digit.repeat(64));
const GENERATIONS = ['gen-one-', 'gen-two-', 'gen-three', 'gen-four'];
const SANDBOX = { name: 'demo', sandboxId: 'sandbox-a' };
const NAMES = [
  canonicalName(SANDBOX),
  ...GENERATIONS.flatMap((generation) => [stagingName(SANDBOX, generation), backupName(SANDBOX, generation)]),
  'somebody-else',
];

const id = fc.constantFrom(...IDS);
const generation = fc.constantFrom(...GENERATIONS);
const name = fc.oneof(fc.constantFrom(...NAMES), fc.constant(canonicalName(SANDBOX)));
/** Mostly the generation that belongs to the id. */
const instance = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.nat(IDS.length - 1).map((at) => ({ id: IDS[at] ?? '', generation: GENERATIONS[at] ?? '' })),
  },
  { weight: 1, arbitrary: fc.record({ id, generation }) },
);

const container: fc.Arbitrary<Sighting> = fc
  .record({
    instance: fc.option(instance, { freq: 20 }),
    id,
    name,
    phase: fc.constantFrom<Sighting['phase']>('created', 'running', 'exited'),
    startedAt: fc.constantFrom('then', 'now'),
    sandboxId: fc.oneof({ weight: 9, arbitrary: fc.constant('sandbox-a') }, fc.constant('sandbox-b')),
    role: fc.constantFrom('agent', 'agent', 'agent', 'backup', 'staging', 'relay'),
  })
  .map(({ instance: known, id: other, sandboxId, role, ...rest }) => ({
    ...rest,
    id: known?.id ?? other,
    labels: {
      [LABELS.sandboxId]: sandboxId,
      [LABELS.role]: role,
      ...(known ? { [LABELS.generation]: known.generation } : {}),
    },
  }));
/** An engine has each id and each name once. */
const containers = fc
  .uniqueArray(container, { selector: (one) => one.id, maxLength: 4 })
  .map((all) => all.filter((one, index) => all.findIndex((other) => other.name === one.name) === index));

const journal: fc.Arbitrary<OwnershipJournal> = fc
  .record({
    authoritative: fc.option(instance),
    retired: fc.array(
      fc.tuple(instance, name).map(([old, as]) => ({ ...old, name: as })),
      { maxLength: 2 },
    ),
    creating: fc.option(fc.record({ generation })),
    replacement: fc.option(fc.record({ instance, known: fc.boolean() })),
    incumbent: fc.option(instance, { freq: 2 }),
    backup: name,
  })
  .map(({ authoritative, retired, creating, replacement, incumbent, backup }) => {
    const replaced = incumbent ?? authoritative;
    return {
      version: 1,
      ...SANDBOX,
      authoritative,
      retired,
      creating,
      intent:
        replacement && replaced
          ? {
              incumbent: replaced,
              replacement: {
                generation: replacement.instance.generation,
                ...(replacement.known ? { id: replacement.instance.id } : {}),
              },
              backupName: backup,
              operation: 'gpu-set',
            }
          : null,
      resources: { relay: null, forward: null, network: null, volumes: [] },
    };
  });
type Scene = [all: Sighting[], of: OwnershipJournal, looks: Observation[]];
/** Half of the earlier looks saw what is there now. */
const scene: fc.Arbitrary<Scene> = containers.chain((all) =>
  fc.tuple(
    fc.constant(all),
    journal,
    fc.array(
      fc.record({ agoMs: fc.integer({ min: 0, max: 5_000 }), containers: fc.oneof(fc.constant(all), containers) }),
      { maxLength: 3 },
    ),
  ),
);

/** The one container that a resolution would have somebody work on. */
const authority = (resolution: Resolution<Sighting>): Sighting | undefined => {
  switch (resolution.state) {
    case 'present':
    case 'rollback':
    case 'adopt':
      return resolution.container;
    case 'replacing':
      return resolution.incumbent;
    case 'unfinished':
    case 'observe':
    case 'missing':
    case 'conflict':
      return undefined;
  }
};
const generationOf = (one: Sighting): string | undefined => one.labels[LABELS.generation];
const check = (property: fc.IProperty<unknown[]>) => fc.assert(property as never, { numRuns: 5_000 });

describe('resolveOwnership, whatever is there', () => {
  it('authorises only what the journal names, by id and generation or by the generation of an intent', () => {
    check(
      fc.property(scene, ([all, of, looks]) => {
        const one = authority(resolveOwnership(all, of, looks));
        if (!one) return;
        expect(all).toContain(one);
        expect(one.labels[LABELS.sandboxId]).toBe(of.sandboxId);
        const byId = [of.authoritative, ...of.retired].some(
          (known) => known?.id === one.id && known.generation === generationOf(one),
        );
        const byIntent =
          of.intent?.replacement.generation === generationOf(one) &&
          one.name === canonicalName(SANDBOX) &&
          (of.intent?.replacement.id ?? one.id) === one.id;
        expect(byId || byIntent).toBe(true);
      }) as never,
    );
  });

  it('never lets a second container be the authority while the authoritative one is there', () => {
    check(
      fc.property(scene, ([all, of, looks]) => {
        const named = all.find((one) => one.id === of.authoritative?.id);
        const one = authority(resolveOwnership(all, of, looks));
        if (named && one) expect(one.id).toBe(named.id);
      }) as never,
    );
  });

  it('does not change its mind for a container that the journal never heard of', () => {
    check(
      fc.property(scene, container, ([all, of, looks], other) => {
        const stranger = { ...other, id: 'f'.repeat(64), name: 'stranger', labels: { ...other.labels } };
        const before = authority(resolveOwnership(all, of, looks));
        const after = authority(resolveOwnership([...all, stranger], of, looks));
        if (after) expect(after.id).toBe(before?.id);
        if (after) expect(after.id).not.toBe(stranger.id);
      }) as never,
    );
  });

  it('adopts only what it saw, alone and unchanged, at least two seconds ago', () => {
    check(
      fc.property(scene, ([all, of, looks]) => {
        const resolution = resolveOwnership(all, of, looks);
        if (resolution.state !== 'adopt') return;
        expect(all.some((one) => one.id === of.authoritative?.id)).toBe(false);
        const old = looks.filter(({ agoMs }) => agoMs >= ADOPT_AFTER_MS);
        expect(old.some((look) => look.containers.some(({ id: known }) => known === resolution.container.id))).toBe(
          true,
        );
        expect(authority(resolveOwnership(all, of, []))).toBeUndefined();
      }) as never,
    );
  });

  it('does not depend on the order in which the engine lists', () => {
    check(
      fc.property(scene, ([all, of, looks]) => {
        expect(resolveOwnership([...all].reverse(), of, [...looks].reverse())).toEqual(
          resolveOwnership(all, of, looks),
        );
      }) as never,
    );
  });

  it('never offers the authority, a stranger or another sandbox’s container for removal', () => {
    check(
      fc.property(scene, ([all, of]) => {
        for (const one of all.filter((each) => mayRemove(each, of))) {
          expect(one.id).not.toBe(of.authoritative?.id);
          expect(one.labels[LABELS.sandboxId]).toBe(of.sandboxId);
          const known = [...of.retired.map((old) => old.generation), of.intent?.replacement.generation];
          expect(known).toContain(generationOf(one));
        }
      }) as never,
    );
  });

  it('is asked about every kind of situation here', () => {
    const asked = fc.sample(scene, 50_000);
    const states = new Set(asked.map(([all, of, looks]) => resolveOwnership(all, of, looks).state));
    expect([...states].sort()).toEqual(
      ['adopt', 'conflict', 'missing', 'observe', 'present', 'replacing', 'rollback', 'unfinished'].sort(),
    );
  });
});
