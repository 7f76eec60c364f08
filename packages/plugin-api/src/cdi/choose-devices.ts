/** The CDI kind that counts as a GPU here; `amd.com/gpu=0` or `nvidia.com/pva=0` is none. */
export const CDI_KIND = 'nvidia.com/gpu';

export type DeviceChoice =
  | { chosen: string[]; how: 'explicit' | 'numeric' | 'named' | 'all' }
  | { chosen: undefined; why: string };

/** Names that `--gpus` and the nvidia runtime understand: a CDI name is theirs after the `=`. */
export const shortNames = (devices: readonly string[]): string[] => [
  ...new Set(devices.map((device) => device.slice(device.indexOf('=') + 1))),
];

/** The engine's devices of our kind, by name (`0`, `GPU-…`, `all`), without duplicates. */
export function gpuNames(cdiDevices: readonly string[]): string[] {
  const prefix = `${CDI_KIND}=`;
  const names = cdiDevices.filter((device) => device.startsWith(prefix)).map((device) => device.slice(prefix.length));
  return [...new Set(names)].filter((name) => name !== '');
}

/**
 * Pure. What the user asked for, else every numeric name, else every other name, else `all`: one GPU can have a number,
 * a UUID and be part of `all`, and must not be asked for twice. On WSL there is only `all`.
 */
export function chooseDevices(cdiDevices: readonly string[], requested: readonly string[]): DeviceChoice {
  const names = gpuNames(cdiDevices);
  if (names.length === 0)
    return {
      chosen: undefined,
      why: `the engine knows no CDI device of kind ${CDI_KIND} (one that two specifications name counts for none)`,
    };
  if (requested.length > 0) return chooseExplicit(names, requested);
  const numeric = names.filter(isNumeric).sort((a, b) => Number(a) - Number(b));
  if (numeric.length > 0) return { chosen: qualified(numeric), how: 'numeric' };
  const named = names.filter((name) => name !== 'all').sort();
  if (named.length > 0) return { chosen: qualified(named), how: 'named' };
  return { chosen: qualified(['all']), how: 'all' };
}

function chooseExplicit(names: readonly string[], requested: readonly string[]): DeviceChoice {
  const wanted = [...new Set(requested.map((device) => (device.includes('=') ? device : `${CDI_KIND}=${device}`)))];
  const known = new Set(qualified(names));
  const unknown = wanted.filter((device) => !known.has(device));
  return unknown.length === 0
    ? { chosen: wanted, how: 'explicit' }
    : {
        chosen: undefined,
        why: `the engine has no CDI device ${unknown.join(', ')}; it has ${qualified(names).join(', ')}`,
      };
}

const isNumeric = (name: string): boolean => /^\d+$/.test(name);
const qualified = (names: readonly string[]): string[] => names.map((name) => `${CDI_KIND}=${name}`);
