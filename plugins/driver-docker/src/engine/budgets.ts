import { CodedError, type Milliseconds } from '@nemoclaw/plugin-api';

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
} as const satisfies Record<string, Milliseconds>;

export type Budgets = Readonly<Record<keyof typeof BUDGETS, Milliseconds>>;

const PATIENCE = 'NEMOCLAW_ENGINE_PATIENCE';

/** Every bound times `NEMOCLAW_ENGINE_PATIENCE` (0.01 to 100): more for a slow engine, less for tests of what a bound does. */
export const budgetsFor = (env: Readonly<Record<string, string | undefined>>): Budgets => {
  const setting = env[PATIENCE];
  if (!setting) return BUDGETS;
  const factor = Number(setting);
  if (!(factor >= 0.01 && factor <= 100))
    throw new CodedError('ENGINE_ERROR', {
      message: `${PATIENCE}=${setting} can't be used: it is no number between 0.01 and 100.`,
      hint: `Unset ${PATIENCE}, or set it to how many times longer the engine may take than usual.`,
      details: { operation: 'connect', object: setting },
    });
  return Object.fromEntries(Object.entries(BUDGETS).map(([name, ms]) => [name, Math.round(ms * factor)])) as Budgets;
};

/** API version that every request names: the first with `DiscoveredDevices`, multi-network create and isolated gateways. */
export const API_FLOOR = '1.50';
