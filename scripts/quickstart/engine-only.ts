import { ensureEngine } from '../engine/ensure.ts';
import { runScript } from './interruption.ts';
import { ensureModelImage } from './model.ts';
import { ensureParentImage } from './parent-image.ts';
import { say } from './progress.ts';
import { bookBefore, configuredParent, openDriver, openLedger } from './setup.ts';

// What the tests need beside the workspace: an engine, the image that sandboxes are built on, the small model's image.
// Prints the parent image's reference, for NEMOCLAW_BASE_IMAGE of the tests; the user's own settings stay as they are.
await runScript(async (signal) => {
  const env = process.env;
  const ledger = openLedger();
  say(`   engine ${await ensureEngine(env, ledger, signal)}`);
  const driver = openDriver();
  await bookBefore(driver, ledger);
  const parent = await ensureParentImage(driver, env.NEMOCLAW_BASE_IMAGE ?? configuredParent(), {
    env,
    ledger,
    signal,
  });
  say(`   parent image ${parent}`);
  say(`   model image ${await ensureModelImage(driver, parent, { signal })}`);
  process.stdout.write(`${parent}\n`);
});
