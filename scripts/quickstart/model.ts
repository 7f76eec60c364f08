import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { chooseProvider, PROVIDERS } from '@nemoclaw/core';
import { type Driver, isCodedError, LABELS } from '@nemoclaw/plugin-api';
import { MODEL, modelContainer, modelRecipe } from '@nemoclaw/testkit/model-image';
import { SetupError } from '../engine/ensure.ts';
import type { LedgerFile } from './ledger.ts';
import { say, ticker } from './say.ts';

export const MODEL_CONTAINER = 'nemoclaw-quickstart-model';
export const MODEL_PORT = 8080;

export interface FoundModel {
  provider: string;
  model: string;
}

/** A model server that answers on this host, as `onboard --provider auto` would find it. */
export const findModelServer = async (): Promise<FoundModel | undefined> => {
  try {
    const { record, model } = await chooseProvider({ provider: 'auto', records: PROVIDERS, fetch });
    return { provider: record.id, model };
  } catch (error) {
    if (isCodedError(error) && error.code === 'PROVIDER_NOT_FOUND') return undefined;
    throw error;
  }
};

/** Builds the bundled small model's image, once. */
export const ensureModelImage = async (driver: Driver, parent: string): Promise<string> => {
  const recipe = modelRecipe({
    parent,
    hostNetwork: true,
    buildCaPem: (await readFile('/etc/ssl/certs/ca-certificates.crt', 'utf8').catch(() => '')) || undefined,
  });
  const present = await driver.findImage(recipe.tag);
  if (present) return present.id;
  const progress = ticker('model image');
  const made = await driver.buildImage(recipe, progress.line, { signal: AbortSignal.timeout(900_000) });
  progress.end();
  return made.id;
};

/** Starts the bundled small model on 127.0.0.1 and waits until it answers. */
export const startBundledModel = async (driver: Driver, parent: string, ledger: LedgerFile): Promise<FoundModel> => {
  say(`   no local model server answers; starting the bundled small one (${MODEL.id}, on 127.0.0.1:${MODEL_PORT})`);
  ledger.update({ modelContainer: true });
  const image = await ensureModelImage(driver, parent);
  ledger.update({ modelImage: image });
  const [present] = (await driver.list({ [LABELS.role]: 'model' })).filter(({ name }) => name === MODEL_CONTAINER);
  const id = present?.id ?? (await driver.create(modelContainer({ name: MODEL_CONTAINER, image, port: MODEL_PORT }))).id;
  if (present?.phase !== 'running') await driver.start(id);
  for (let tries = 0; tries < 120; tries++) {
    const found = await findModelServer();
    if (found) return found;
    await delay(500);
  }
  throw new SetupError(`The bundled model server did not answer on 127.0.0.1:${MODEL_PORT} within 60 s. See: docker logs ${MODEL_CONTAINER}`);
};
