import { randomBytes } from 'node:crypto';
import type { Driver } from '@nemoclaw/plugin-api';
import { MODEL, modelContainer } from '@nemoclaw/testkit/model-image';
import { ensureModelImage } from '../../../scripts/quickstart/model.ts';
import { PARENT } from './cli.ts';
import { freePort } from './port.ts';

/** The real small model on a port of 127.0.0.1, in a container of the test's own; with another context when one is given. */
export const startSmallModel = async (
  driver: Driver,
  options: { port?: number; contextTokens?: number } = {},
): Promise<{ baseUrl: string; model: string; dispose(): Promise<void> }> => {
  const image = await ensureModelImage(driver, PARENT);
  const port = options.port ?? (await freePort());
  const { id } = await driver.create(
    modelContainer({ ...options, name: `nemoclaw-test-model-${randomBytes(4).toString('hex')}`, image, port }),
  );
  await driver.start(id);
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  for (let tries = 0; ; tries++) {
    const answer = await fetch(`${baseUrl}/models`).catch(() => undefined);
    if (answer?.ok) break;
    if (tries > 240) throw new Error('the model server did not come up within 60 s');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return { baseUrl, model: MODEL.id, dispose: () => driver.remove(id, { force: true }) };
};
