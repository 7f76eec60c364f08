import type { ContributionKind } from '@nemoclaw/plugin-api';

type Shape = Record<string, 'function' | 'string' | 'number' | 'list' | 'object'>;

/** What must be there before a contribution is used; the types of plugin-api say the rest. */
const SHAPES: Record<ContributionKind, Shape> = {
  driver: { create: 'function' },
  agent: {
    title: 'string',
    version: 'string',
    memoryBytes: 'number',
    profiles: 'list',
    isolation: 'list',
    image: 'function',
    configure: 'function',
    chat: 'function',
    ping: 'object',
  },
  gpu: { title: 'string', detect: 'function', prepare: 'function', prove: 'function', explain: 'function' },
  probe: { title: 'string', when: 'list', applies: 'function', run: 'function' },
};

const is = (value: unknown, expected: Shape[string]): boolean => {
  switch (expected) {
    case 'list':
      return Array.isArray(value) && value.length > 0;
    case 'object':
      return typeof value === 'object' && value !== null;
    case 'function':
    case 'string':
    case 'number':
      return typeof value === expected;
  }
};

const NOUN: Record<Shape[string], string> = {
  function: 'a function',
  string: 'a string',
  number: 'a number',
  list: 'a list that is not empty',
  object: 'an object',
};

/** What is wrong with a module's default export, or `undefined`. */
export const wrongExport = (exported: unknown, kind: ContributionKind, id: string): string | undefined => {
  if (exported === undefined) return 'it has no default export';
  if (typeof exported !== 'object' || exported === null) return 'its default export is not an object';
  const fields = exported as Record<string, unknown>;
  if (fields.kind !== kind)
    return `its kind is ${JSON.stringify(fields.kind) ?? 'missing'}, the package.json says "${kind}"`;
  if (fields.id !== id) return `its id is ${JSON.stringify(fields.id) ?? 'missing'}, the package.json says "${id}"`;
  for (const [name, expected] of Object.entries(SHAPES[kind])) {
    if (!is(fields[name], expected)) return `its ${name} must be ${NOUN[expected]}`;
  }
  return undefined;
};
