import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { Driver } from '@nemoclaw/plugin-api';
import { MODEL, modelContainer } from '@nemoclaw/testkit/model-image';
import { ensureModelImage } from '../../../scripts/quickstart/model.ts';
import { PARENT } from './cli.ts';

/** A port of 127.0.0.1 that nothing listens on now; the model server takes it a moment later. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** The real small model on a port of 127.0.0.1, in a container of the test's own. */
export const startSmallModel = async (
  driver: Driver,
): Promise<{ baseUrl: string; model: string; dispose(): Promise<void> }> => {
  const image = await ensureModelImage(driver, PARENT);
  const port = await freePort();
  const { id } = await driver.create(
    modelContainer({ name: `nemoclaw-test-model-${randomBytes(4).toString('hex')}`, image, port }),
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
