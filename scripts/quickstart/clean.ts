import { existsSync, readdirSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Driver, isCodedError, LABELS } from '@nemoclaw/plugin-api';
import { execa } from 'execa';
import { removeEngine, SetupError } from '../engine/ensure.ts';
import { findEngine } from '../engine/find.ts';
import type { LedgerFile } from './ledger.ts';
import { MODEL_CONTAINER } from './model.ts';
import { say } from './say.ts';
import { openDriver, ROOT } from './setup.ts';

/** Images of ours that nothing uses: a conflict is the engine's word that something does. */
const removeImages = async (driver: Driver): Promise<void> => {
  // Children first: a second round takes what the first one's removals set free.
  for (let round = 0; round < 4; round++) {
    const images = await driver.listImages({ [LABELS.managed]: 'true' });
    if (images.length === 0) return;
    let removed = 0;
    for (const image of images)
      for (const reference of image.tags.length > 0 ? image.tags : [image.id])
        try {
          await driver.removeImage(reference);
          removed += 1;
        } catch (error) {
          if (!isCodedError(error)) throw error;
        }
    if (removed === 0) return;
  }
};

const removeSandbox = async (name: string): Promise<void> => {
  say(`== Destroying the sandbox ${name}`);
  const result = await execa(join(ROOT, 'packages/cli/bin/nemoclaw'), ['destroy', name, '--yes'], {
    stdio: ['ignore', 2, 2],
    reject: false,
    cwd: ROOT,
  });
  if (result.exitCode !== 0) {
    const known = await execa(join(ROOT, 'packages/cli/bin/nemoclaw'), ['status', name, '--json'], { reject: false, cwd: ROOT });
    if (known.exitCode === 0) throw new SetupError(`The sandbox ${name} could not be destroyed; nothing else was taken away.`);
  }
};

/** config.json loses what was put there; the home goes when nothing of the user's is in it. */
const removeHome = (folder: string, parentImage: string | undefined): void => {
  const path = join(folder, 'config.json');
  if (existsSync(path)) {
    const config = JSON.parse(readFileSync(path, 'utf8')) as { image?: { parent?: string } };
    if (config.image && config.image.parent === parentImage) delete config.image.parent;
    if (config.image && Object.keys(config.image).length === 0) delete config.image;
    if (Object.keys(config).length === 0) rmSync(path);
    else writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`);
  }
  const sandboxes = join(folder, 'sandboxes');
  const occupied = existsSync(sandboxes) && readdirSync(sandboxes).some((name) => !name.startsWith('.'));
  if (!occupied && !existsSync(path)) rmSync(folder, { recursive: true, force: true });
};

/** Takes away what the ledger says was made, and nothing else. */
export const clean = async (ledger: LedgerFile): Promise<void> => {
  const made = ledger.read();
  const engine = await findEngine(process.env);
  if (engine.state === 'usable') {
    const driver = openDriver();
    if (made.sandbox) await removeSandbox(made.sandbox);
    if (made.modelContainer) {
      say('== Removing the bundled model');
      const found = (await driver.list({ [LABELS.role]: 'model' })).filter(({ name }) => name === MODEL_CONTAINER);
      for (const { id } of found) await driver.remove(id, { force: true });
    }
    say('== Removing images that nothing uses any more');
    await removeImages(driver);
    if (made.parentImage) await driver.removeImage(made.parentImage).catch((error: unknown) => say(`   ${made.parentImage} stays: ${(error as Error).message}`));
    const others = await driver.list({});
    if (others.length > 0 && made.enginePackages)
      throw new SetupError(`${others.length} containers that the quickstart did not make are on the engine that it installed; the engine stays. Remove them and run this again.`);
  } else if (made.sandbox || made.modelContainer) {
    throw new SetupError('The engine does not answer, so sandbox and images can’t be taken away. Start it and run this again.');
  }
  await removeEngine(ledger);
  if (made.parentPackages && made.parentPackages.length > 0)
    await execa('apt-get', ['purge', '-y', '-qq', ...made.parentPackages], { env: { DEBIAN_FRONTEND: 'noninteractive' }, stdio: ['ignore', 2, 2] });
  if (made.configuredHome) removeHome(made.configuredHome, made.parentImage);
  ledger.remove();
  say('Everything that the quickstart made is gone.');
};
