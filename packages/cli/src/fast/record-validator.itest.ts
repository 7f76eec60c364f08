import { sandboxRecordSchema } from '@nemoclaw/core/schemas';
import { describe, expect, it } from 'vitest';
import { GENERATED, generatedFolder } from '../generated.ts';
import { PACKAGE } from '../testing/program.ts';
import { sandboxRecord } from '../testing/record.ts';

const { default: isRecord } = (await import(new URL(GENERATED.recordValidator, generatedFolder(PACKAGE)).href)) as {
  default: (value: unknown) => boolean;
};

type Json = Record<string, unknown>;

/** Every object inside, by its path. */
function objects(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, child]) => objects(child, [...path, key]));
  return Array.isArray(value) ? inner : [path, ...inner];
}

function changed(path: readonly string[], change: (object: Json) => void): unknown {
  const copy = structuredClone(sandboxRecord()) as unknown as Json;
  const object = path.reduce((parent, key) => parent[key] as Json, copy);
  change(object);
  return copy;
}

const mutants = objects(sandboxRecord()).flatMap((path) => {
  const object = path.reduce((parent, key) => parent[key] as Json, sandboxRecord() as unknown as Json);
  return Object.keys(object).flatMap((key) => [
    { what: `${[...path, key].join('.')} missing`, value: changed(path, (target) => delete target[key]) },
    ...[null, 7, 'x', true, [], {}].map((wrong) => ({
      what: `${[...path, key].join('.')} = ${JSON.stringify(wrong)}`,
      value: changed(path, (target) => {
        target[key] = wrong;
      }),
    })),
  ]);
});

describe('the validator made at build', () => {
  it('takes what zod takes', () => {
    expect(isRecord(sandboxRecord())).toBe(true);
    expect(sandboxRecordSchema.safeParse(sandboxRecord()).success).toBe(true);
  });

  it('agrees with zod on every record with one field missing or of another type', () => {
    expect(mutants.length).toBeGreaterThan(200);
    const verdicts = mutants.map(({ what, value }) => ({ what, valid: isRecord(value) }));
    const zod = mutants.map(({ what, value }) => ({ what, valid: sandboxRecordSchema.safeParse(value).success }));
    expect(verdicts).toEqual(zod);
    expect(verdicts.some(({ valid }) => !valid)).toBe(true);
  });

  it('refuses a field that nobody knows, so that nothing is shown that the core would leave out', () => {
    const strangers = objects(sandboxRecord())
      .filter((path) => !path.includes('evidence'))
      .map((path) => changed(path, (target) => Object.assign(target, { stranger: 1 })));
    expect(strangers.map(isRecord)).toEqual(strangers.map(() => false));
  });
});
