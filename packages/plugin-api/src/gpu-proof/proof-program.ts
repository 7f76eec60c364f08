/**
 * What the base image's proof program says about the process that it ran as. It prints one line of JSON; when the
 * driver takes it down inside `cuInit`, the line breaks off before `dlopen`, and what came first still counts.
 */
export interface ProofReport {
  /** `ok`, or the errno of a write to its own thread's name. */
  comm: string;
  /** Nodes that opened. */
  devices: string[];
  /** Nodes that are there and did not open. */
  refused: { path: string; error: string }[];
  /** `ok`, or the loader's words; `undefined` when it ended before. */
  dlopen: string | undefined;
  /** The driver's code; `null` when there is no such function, `undefined` when it ended before. */
  cuInit: number | null | undefined;
}

/** `undefined` for anything that is not such a line. */
export function parseProof(stdout: string): ProofReport | undefined {
  const line = stdout.trim();
  const value = parseObject(line) ?? parseObject(`${line}}`) ?? parseObject(line.replace(/,"dlopen":.*$/s, '}'));
  if (!value) return undefined;
  const { comm, devices, refused, dlopen, cuInit } = value;
  if (typeof comm !== 'string' || !isStrings(devices) || !Array.isArray(refused) || !refused.every(isRefusal))
    return undefined;
  return {
    comm,
    devices,
    refused,
    dlopen: typeof dlopen === 'string' ? dlopen : undefined,
    cuInit: cuInit === null || Number.isInteger(cuInit) ? (cuInit as number | null) : undefined,
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

function isRefusal(value: unknown): value is { path: string; error: string } {
  const { path, error } = (value ?? {}) as Record<string, unknown>;
  return typeof path === 'string' && typeof error === 'string';
}
