const MAX_DEPTH = 64;
const MAX_NODES = 50_000;

const isPlainObject = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of another realm's Object too: what matters is that nothing is inherited from in between.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
};

/**
 * A copy of plain JSON. Throws a TypeError that names the place of anything else (a function, a Map, a promise, NaN, a
 * cycle): JSON.stringify would turn most of those into nothing, and a plugin's mistake with it.
 */
export const plainJson = (value: unknown): unknown => {
  let nodes = 0;
  const copy = (item: unknown, path: string, depth: number): unknown => {
    nodes += 1;
    const place = path === '' ? 'it' : path;
    if (depth > MAX_DEPTH || nodes > MAX_NODES)
      throw new TypeError(`${place} is too deep, too large or contains itself`);
    if (item === null || typeof item === 'string' || typeof item === 'boolean') return item;
    if (typeof item === 'number') {
      if (Number.isFinite(item)) return item;
      throw new TypeError(`${place} is ${item}, which JSON does not have`);
    }
    if (Array.isArray(item)) return item.map((entry, index) => copy(entry, `${path}[${index}]`, depth + 1));
    if (typeof item !== 'object')
      throw new TypeError(`${place} is ${item === undefined ? 'undefined' : `a ${typeof item}`}`);
    if (!isPlainObject(item))
      throw new TypeError(`${place} is a ${item.constructor?.name ?? 'special object'}, not a plain object`);
    return Object.fromEntries(
      Object.entries(item)
        .filter(([, entry]) => entry !== undefined)
        .map(([key, entry]) => [key, copy(entry, path === '' ? key : `${path}.${key}`, depth + 1)]),
    );
  };
  return copy(value, '', 0);
};

const freeze = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return;
  for (const item of Object.values(value)) freeze(item);
  Object.freeze(value);
};

/** A copy in which nothing can be changed, for code that must not change ours. */
export const frozenCopy = <T>(value: T): T => {
  const copy = JSON.parse(JSON.stringify(value)) as T;
  freeze(copy);
  return copy;
};
