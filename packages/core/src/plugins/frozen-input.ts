/** Data through and through: no class with methods, so no signal, stream, date or buffer. The process's environment is. */
const isData = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Array.isArray(value) || prototype === null || prototype === Object.prototype) return true;
  return (
    Object.getPrototypeOf(prototype) === Object.prototype &&
    Object.getOwnPropertyNames(prototype).every((name) => name === 'constructor')
  );
};

/**
 * What a plugin is handed: a copy of all that is data, frozen, so that one plugin cannot change what the next one, or the
 * core, sees. Functions, signals and streams inside stay what they are.
 */
export const frozenInput = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || !isData(value)) return value;
  const copy = Array.isArray(value)
    ? value.map(frozenInput)
    : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, frozenInput(item)]));
  return Object.freeze(copy);
};
