export interface Difference {
  /** `HostConfig.Memory`, `Config.Env.LANG`, `Networks.<name>`. */
  field: string;
  expected: unknown;
  actual: unknown;
}

export type Fields = Record<string, unknown>;

/** Without what says nothing: the engine gives back `null`, `0`, `""`, `[]` and absence for one another. */
export const compact = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    const items = value.map(compact).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).flatMap(([key, field]) => {
      const left = compact(field);
      return left === undefined ? [] : [[key, left] as const];
    });
    return fields.length === 0 ? undefined : Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  return value === null || value === undefined || value === '' || value === 0 || value === false ? undefined : value;
};

const withoutPrefix = (value: unknown): unknown =>
  Array.isArray(value) ? value.map((name) => String(name).replace(/^CAP_/, '')).sort() : value;

const NORMAL: Record<string, (value: unknown) => unknown> = {
  CapAdd: withoutPrefix,
  CapDrop: withoutPrefix,
  // A retry count means something under `on-failure` only, and no policy is `no`.
  RestartPolicy: (value) => (value as { Name?: string } | null)?.Name || 'no',
  PidsLimit: (value) => ((value as number | null) ?? 0) > 0 && value,
  MemorySwappiness: (value) => ((value as number | null) ?? -1) >= 0 && `${value}`,
};

export const isSame = (key: string, expected: unknown, actual: unknown): boolean => {
  const normal = NORMAL[key] ?? ((value: unknown) => value);
  return JSON.stringify(compact(normal(expected))) === JSON.stringify(compact(normal(actual)));
};
