import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Driver, isCodedError, LABELS } from '@nemoclaw/plugin-api';
import { removeEngine } from '../engine/ensure.ts';
import { findEngine } from '../engine/find.ts';
import type { Ledger, LedgerFile } from './ledger.ts';
import { removeBundledModel } from './model-server.ts';
import { sandboxes, show } from './product.ts';
import { say } from './progress.ts';
import { openDriver } from './setup.ts';
import { SetupError } from './setup-error.ts';

/** Takes away what the ledger says was made, and nothing else. What is done leaves the ledger: it can be run again. */
export const clean = async (ledger: LedgerFile, signal: AbortSignal): Promise<void> => {
  const made = ledger.read();
  const engine = await findEngine(process.env);
  if (engine.state === 'usable') await cleanEngine(openDriver(), ledger, signal);
  else if (made.sandbox || made.modelContainer)
    throw new SetupError(
      'The engine does not answer, so sandbox and images can’t be taken away. Start it and run this again.',
    );
  signal.throwIfAborted();
  await removeEngine(ledger);
  if (made.home) removeHome(made.home, made.configuredParent);
  ledger.remove();
  say('Everything that the quickstart made is gone.');
};

const cleanEngine = async (driver: Driver, ledger: LedgerFile, signal: AbortSignal): Promise<void> => {
  const made = ledger.read();
  if (made.sandbox) {
    if ((await sandboxes()).includes(made.sandbox)) {
      say(`== Destroying the sandbox ${made.sandbox}`);
      await show(['destroy', made.sandbox, '--yes'], signal);
    }
    ledger.update({ sandbox: undefined });
  }
  if (made.modelContainer) {
    say('== Removing the bundled model');
    await removeBundledModel(driver, made.modelContainer);
    ledger.update({ modelContainer: undefined });
  }
  if (made.imagesBefore) {
    say('== Removing images that nothing uses any more');
    await removeImages(driver, made);
    ledger.update({ imagesBefore: undefined, parentImage: undefined });
  }
  // The engine that was installed here takes all of its data with it.
  const others = made.engineFolders ? [...(await driver.list({})), ...(await driver.listVolumes({}))] : [];
  if (others.length > 0)
    throw new SetupError(
      `The engine stays, since it holds what the quickstart did not make: ${others.map(({ name }) => name).join(', ')}. Remove that and run this again.`,
    );
};

/** A conflict is the engine's word that something uses an image. */
const removeImages = async (driver: Driver, { imagesBefore = [], parentImage }: Ledger): Promise<void> => {
  const tryRemove = async (reference: string): Promise<boolean> => {
    try {
      await driver.removeImage(reference);
      return true;
    } catch (error) {
      if (!isCodedError(error)) throw error;
      return false;
    }
  };
  // Children first: each round takes what the one before set free.
  for (;;) {
    const images = (await driver.listImages({ [LABELS.managed]: 'true' })).filter(
      ({ id }) => !imagesBefore.includes(id),
    );
    let removed = 0;
    for (const { id, tags } of images)
      for (const reference of tags.length > 0 ? tags : [id]) if (await tryRemove(reference)) removed += 1;
    if (removed === 0) break;
  }
  if (parentImage && !(await tryRemove(parentImage))) say(`   ${parentImage} stays: something uses it`);
};

/** config.json loses what was put there; a home that we made goes when no sandbox of the user's is in it. */
export const removeHome = (
  { folder, existed }: { folder: string; existed: boolean },
  parent: string | undefined,
): void => {
  const path = join(folder, 'config.json');
  if (parent !== undefined && existsSync(path)) {
    const config = JSON.parse(readFileSync(path, 'utf8')) as { image?: { parent?: string } };
    if (config.image?.parent === parent) delete config.image.parent;
    if (config.image && Object.keys(config.image).length === 0) delete config.image;
    if (Object.keys(config).length === 0) rmSync(path);
    else writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  }
  const records = join(folder, 'sandboxes');
  const occupied = existsSync(records) && readdirSync(records).some((name) => !name.startsWith('.'));
  if (!existed && !occupied && !existsSync(path)) rmSync(folder, { recursive: true, force: true });
};
