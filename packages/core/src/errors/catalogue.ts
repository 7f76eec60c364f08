import type { ErrorRow } from './row.ts';
import { agentRows } from './rows/agent.ts';
import { engineRows } from './rows/engine.ts';
import { pluginRows } from './rows/plugin.ts';
import { providerRows } from './rows/provider.ts';
import { stateRows } from './rows/state.ts';
import { usageRows } from './rows/usage.ts';

/** Groups of the catalogue in the order of the reference page. */
export const CATALOGUE_GROUPS = [
  { title: 'Usage', rows: usageRows },
  { title: 'Engine, images and host', rows: engineRows },
  { title: 'State and ownership', rows: stateRows },
  { title: 'Providers and the way to them', rows: providerRows },
  { title: 'Agent, gateway and GPU', rows: agentRows },
  { title: 'Plugins and hooks', rows: pluginRows },
] as const;

/** Every code that this program gives out by itself. A code never changes its meaning. */
export const CATALOGUE = {
  ...usageRows,
  ...engineRows,
  ...stateRows,
  ...providerRows,
  ...agentRows,
  ...pluginRows,
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof CATALOGUE;

export interface CatalogueRow extends ErrorRow {
  code: string;
  /** Page and heading, from the repository's root. */
  doc: string;
}

/** GitHub's own anchor for the heading of a code. */
export const anchorOf = (code: string): string => code.toLowerCase();

export const isKnownCode = (code: string): code is ErrorCode => Object.hasOwn(CATALOGUE, code);

/** The row of a code; `undefined` for a code of a plugin's own. */
export const catalogueRow = (code: string): CatalogueRow | undefined =>
  isKnownCode(code) ? { code, ...CATALOGUE[code], doc: `docs/reference/errors.md#${anchorOf(code)}` } : undefined;
