import type { ContainerSpec } from '@nemoclaw/plugin-api';
import type { ContainerInspectInfo } from 'dockerode';
import { configDifferences } from './compare-config.ts';
import { createBody } from './create-body.ts';
import { HOST_FIELDS, mayBeDefault } from './host-fields.ts';
import { compact, type Difference, type Fields, isSame } from './same.ts';

const hostDifferences = (actual: Fields, expected: Fields): Difference[] =>
  [...new Set([...Object.keys(expected), ...Object.keys(actual)])]
    // What a newer engine has beside it is no difference, and neither is what the engine fills in by itself.
    .filter((key) => key in expected || HOST_FIELDS.has(key))
    .filter((key) => {
      const filledIn = key in expected ? undefined : mayBeDefault(key, actual[key]);
      return filledIn === undefined ? !isSame(key, expected[key], actual[key]) : !filledIn;
    })
    .map((key) => ({ field: `HostConfig.${key}`, expected: expected[key], actual: actual[key] }));

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

/**
 * Pure: what the container has otherwise than the plan, or has beside it. `ofImage` is the Config of its image, by which an
 * image's own health check is told from one that somebody gave it; without it only what the plan names is compared. A field
 * that a newer engine has is none.
 */
export const differences = (document: ContainerInspectInfo, spec: ContainerSpec, ofImage?: Fields): Difference[] => {
  const body = createBody(spec);
  const image = /^sha256:/.test(spec.image) && document.Image !== spec.image;
  return [
    ...(image ? [{ field: 'Image', expected: spec.image, actual: document.Image }] : []),
    ...configDifferences(document.Config as unknown as Fields, body as unknown as Fields, ofImage),
    ...hostDifferences(document.HostConfig as unknown as Fields, body.HostConfig as unknown as Fields),
    ...networkDifferences(document, body.NetworkingConfig.EndpointsConfig as unknown as Record<string, Fields>),
  ];
};
