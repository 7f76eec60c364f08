import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '@nemoclaw/core';
import driverContribution from '@nemoclaw/driver-docker';
import { type Driver, LABELS } from '@nemoclaw/plugin-api';
import { dataHome } from '../../packages/cli/src/runtime/home.ts';
import { type LedgerFile, ledgerAt } from './ledger.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

/** The ledger stands in the checkout: what it made goes with it. */
export const openLedger = (): LedgerFile => ledgerAt(join(ROOT, '.tools', 'quickstart.json'));

export const openDriver = (): Driver => driverContribution.create({ env: process.env });

export const home = (): string => dataHome(process.env);

/** The parent image that `onboard` would take. */
export const configuredParent = (): string => readConfig(process.env, home()).parentImage;

/** Books what was there before the first run, so that `--clean` leaves it. */
export const bookBefore = async (driver: Driver, ledger: LedgerFile): Promise<void> => {
  const { imagesBefore, home: booked } = ledger.read();
  if (!booked) ledger.update({ home: { folder: home(), existed: existsSync(home()) } });
  if (!imagesBefore)
    ledger.update({ imagesBefore: (await driver.listImages({ [LABELS.managed]: 'true' })).map(({ id }) => id) });
};

/** Makes a parent image the home's default, so that every later `onboard` finds it too. */
export const rememberParent = (parent: string, ledger: LedgerFile): void => {
  if (configuredParent() === parent) return;
  const path = join(home(), 'config.json');
  const config = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { image?: object }) : {};
  ledger.update({ configuredParent: parent });
  mkdirSync(home(), { recursive: true, mode: 0o700 });
  const changed = { ...config, image: { ...config.image, parent } };
  writeFileSync(path, `${JSON.stringify(changed, null, 2)}\n`, { mode: 0o600 });
};
