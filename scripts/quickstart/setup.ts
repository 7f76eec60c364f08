import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import driverContribution from '@nemoclaw/driver-docker';
import type { Driver } from '@nemoclaw/plugin-api';
import { dataHome } from '../../packages/cli/src/runtime/home.ts';
import { type LedgerFile, ledgerAt } from './ledger.ts';

export const ROOT = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');

/** The ledger stands in the checkout: what it made goes with it. */
export const openLedger = (): LedgerFile => ledgerAt(join(ROOT, '.tools', 'quickstart.json'));

export const openDriver = (): Driver => driverContribution.create({ env: process.env });

export const home = (): string => dataHome(process.env);

const configPath = (): string => join(home(), 'config.json');

const readConfigFile = (): { image?: { parent?: string } } & Record<string, unknown> => {
  try {
    return JSON.parse(readFileSync(configPath(), 'utf8')) as Record<string, unknown>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
};

/** The parent image that `onboard` would take: environment, then config.json, then the product's default. */
export const configuredParent = (fallback: string): string =>
  process.env.NEMOCLAW_PARENT_IMAGE ?? readConfigFile().image?.parent ?? fallback;

/** Makes a parent image the home's default, so that every later `onboard` finds it too. */
export const rememberParent = (parent: string, ledger: LedgerFile): void => {
  const config = readConfigFile();
  if (config.image?.parent === parent) return;
  ledger.update({ configuredHome: home() });
  mkdirSync(home(), { recursive: true, mode: 0o700 });
  writeFileSync(configPath(), `${JSON.stringify({ ...config, image: { ...config.image, parent } }, null, 2)}\n`, { mode: 0o600 });
};
