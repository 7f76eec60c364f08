import type { Milliseconds } from '@nemoclaw/plugin-api';

/** How long the engine may take. Floors measured here are 1–400 ms; these bounds are for a machine under load. */
export const BUDGETS = {
  /** Reading state. */
  read: 20_000,
  /** Changing state without running anything: create, rename, update, networks, volumes. */
  change: 60_000,
  /** Start, with device injection and network set-up; also what stop and remove get beyond their own grace time. */
  start: 90_000,
  /** Archive calls of a few MiB. */
  archive: 60_000,
  pull: 60 * 60_000,
  build: 60 * 60_000,
  /** Removing what must not stay, after a failure or an abort. */
  cleanUp: 30_000,
} as const satisfies Record<string, Milliseconds>;

/** API version that every request names: the first with `DiscoveredDevices`, multi-network create and isolated gateways. */
export const API_FLOOR = '1.50';
