import { readConfig } from '@nemoclaw/core';
import { ensureEngine, SetupError } from '../engine/ensure.ts';
import { ensureModelImage } from './model.ts';
import { ensureParentImage } from './parent-image.ts';
import { say } from './say.ts';
import { configuredParent, home, openDriver, openLedger, rememberParent } from './setup.ts';

// What the tests need beside the workspace: an engine, the image that sandboxes are built on, the small model's image.
try {
  const ledger = openLedger();
  say(`   engine ${await ensureEngine(process.env, ledger)}`);
  const driver = openDriver();
  const { parentImage } = await readConfig({}, home());
  const parent = await ensureParentImage(driver, configuredParent(parentImage), ledger);
  if (parent !== parentImage) rememberParent(parent, ledger);
  say(`   parent image ${parent}`);
  say(`   model image ${await ensureModelImage(driver, parent)}`);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(`\n${error.message}`);
  process.exitCode = 1;
}
