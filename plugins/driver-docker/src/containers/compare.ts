import type { ContainerSpec } from '@nemoclaw/plugin-api';
import type { ContainerInspectInfo } from 'dockerode';
import { createBody } from './create-body.ts';
import { ENGINE_CHOSEN, HOST_FIELDS } from './host-fields.ts';

export interface Difference {
  /** `HostConfig.Memory`, `Config.Env.LANG`, `Networks.<name>`. */
  field: string;
  expected: unknown;
  actual: unknown;
}

type Fields = Record<string, unknown>;

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
};

export const isSame = (key: string, expected: unknown, actual: unknown): boolean => {
  const normal = NORMAL[key] ?? ((value: unknown) => value);
  return JSON.stringify(compact(normal(expected))) === JSON.stringify(compact(normal(actual)));
};

const hostDifferences = (actual: Fields, expected: Fields): Difference[] =>
  [...new Set([...Object.keys(expected), ...Object.keys(actual)])]
    // What was not asked for and the engine fills in by itself, and what a newer engine has beside it, is no difference.
    .filter((key) => key in expected || (HOST_FIELDS.has(key) && !ENGINE_CHOSEN.has(key)))
    .filter((key) => !isSame(key, expected[key], actual[key]))
    .map((key) => ({ field: `HostConfig.${key}`, expected: expected[key], actual: actual[key] }));

const CONFIG_FIELDS = [
  'Cmd',
  'Entrypoint',
  'User',
  'WorkingDir',
  'Hostname',
  'Tty',
  'OpenStdin',
  'StopSignal',
] as const;

/** What the image adds to environment and labels is not the plan's. */
const configDifferences = (actual: Fields, expected: Fields): Difference[] => {
  const env = new Set((actual.Env as string[] | null) ?? []);
  const labels = (actual.Labels as Fields | null) ?? {};
  return [
    ...CONFIG_FIELDS.filter((key) => key in expected && !isSame(key, expected[key], actual[key])).map((key) => ({
      field: `Config.${key}`,
      expected: expected[key],
      actual: actual[key],
    })),
    ...(expected.Env as string[])
      .filter((line) => !env.has(line))
      .map((line) => ({ field: `Config.Env.${line.slice(0, line.indexOf('='))}`, expected: line, actual: undefined })),
    ...Object.entries(expected.Labels as Fields)
      .filter(([key, value]) => labels[key] !== value)
      .map(([key, value]) => ({ field: `Config.Labels.${key}`, expected: value, actual: labels[key] })),
  ];
};

export interface Endpoint {
  name: string;
  id: string;
  /** Of the engine's fields those that a user can fix; the rest is what the engine made of them. */
  fixed: Fields;
}

const FIXED = ['Aliases', 'IPAMConfig', 'Links', 'DriverOpts', 'GwPriority'] as const;

export const fixedPart = (endpoint: Fields, containerId = ''): Fields =>
  Object.fromEntries(
    FIXED.flatMap((key) => {
      // Older engines add the container's short id by themselves.
      const value =
        key === 'Aliases'
          ? ((endpoint.Aliases as string[] | null) ?? []).filter((alias) => alias !== containerId.slice(0, 12)).sort()
          : endpoint[key];
      const left = compact(value);
      return left === undefined ? [] : [[key, left]];
    }),
  );

export const endpointsOf = (document: ContainerInspectInfo): Endpoint[] =>
  Object.entries(document.NetworkSettings.Networks ?? {}).map(([name, endpoint]) => ({
    name,
    id: endpoint.NetworkID || name,
    fixed: fixedPart(endpoint as unknown as Fields, document.Id),
  }));

const networkDifferences = (document: ContainerInspectInfo, expected: Record<string, Fields>): Difference[] => {
  const actual = endpointsOf(document);
  return Object.entries(expected).flatMap(([network, endpoint]) => {
    const found =
      actual.find(({ id, name }) => id === network || name === network) ??
      // Before its first start a container knows its first network by name only, and no ids.
      (document.HostConfig.NetworkMode === network
        ? actual.find(({ id, name }) => id === name && !(name in expected))
        : undefined);
    const wanted = fixedPart(endpoint);
    return found && JSON.stringify(found.fixed) === JSON.stringify(wanted)
      ? []
      : [{ field: `Networks.${found?.name ?? network}`, expected: wanted, actual: found?.fixed }];
  });
};

/** Pure: what of the plan the container does not have, or has otherwise. Unknown fields that a newer engine has are none. */
export const differences = (document: ContainerInspectInfo, spec: ContainerSpec): Difference[] => {
  const body = createBody(spec);
  const image = /^sha256:/.test(spec.image) && document.Image !== spec.image;
  return [
    ...(image ? [{ field: 'Image', expected: spec.image, actual: document.Image }] : []),
    ...configDifferences(document.Config as unknown as Fields, body as unknown as Fields),
    ...hostDifferences(document.HostConfig as unknown as Fields, body.HostConfig as unknown as Fields),
    ...networkDifferences(document, body.NetworkingConfig.EndpointsConfig as unknown as Record<string, Fields>),
  ];
};
