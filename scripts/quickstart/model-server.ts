import { setTimeout as delay } from 'node:timers/promises';
import { type ContainerState, type Driver, LABELS } from '@nemoclaw/plugin-api';
import { MODEL, modelContainer } from '@nemoclaw/testkit/model-image';
import type { LedgerFile } from './ledger.ts';
import { withProgress } from './progress.ts';
import { SetupError } from './setup-error.ts';

export interface FoundModel {
  /** Id of the provider's record. */
  provider: string;
  model: string;
}

export interface BundledServer {
  name: string;
  /** Of 127.0.0.1. */
  port: number;
  image: string;
}

/** Where `onboard` looks for the provider `llamacpp`. */
export const BUNDLED = { name: 'nemoclaw-quickstart-model', port: 8080 };
const START_BOUND_MS = 60_000;

/** Starts the bundled small model on 127.0.0.1, or finds it running, and waits until it answers. */
export const startBundledModel = async (
  driver: Driver,
  { name, port, image }: BundledServer,
  { ledger, signal }: { ledger: LedgerFile; signal: AbortSignal },
): Promise<FoundModel> => {
  ledger.update({ modelContainer: name });
  const id = (await usableContainer(driver, name, image)) ?? (await create(driver, { name, port, image }));
  await driver.start(id, { signal });
  await withProgress('starting the small model', () => answered(driver, id, port, signal));
  return { provider: 'llamacpp', model: MODEL.id };
};

/** The container of an earlier run; one of another image is removed. */
const usableContainer = async (driver: Driver, name: string, image: string): Promise<string | undefined> => {
  const present = await modelNamed(driver, name);
  if (present?.imageId === image) return present.id;
  if (present) await driver.remove(present.id, { force: true });
  return undefined;
};

const create = async (driver: Driver, { name, port, image }: BundledServer): Promise<string> => {
  if (await answers(port, '/'))
    throw new SetupError(
      `Port ${port} of 127.0.0.1, where the bundled model would listen, is taken by something that is no model server. Stop that, or start a model server of your own, and run this again.`,
    );
  return (await driver.create(modelContainer({ name, image, port }))).id;
};

const answered = async (driver: Driver, id: string, port: number, signal: AbortSignal): Promise<void> => {
  const deadline = performance.now() + START_BOUND_MS;
  for (;;) {
    if ((await answers(port, '/v1/models')) === 200) return;
    signal.throwIfAborted();
    const state = await driver.inspect(id, { signal });
    const ended = state?.phase !== 'running' || state.restartCount > 0;
    if (ended || performance.now() > deadline)
      throw new SetupError(
        `The bundled model ${ended ? 'ended while it started' : `did not answer within ${START_BOUND_MS / 1000} s`}. Its last words:\n${await lastWords(driver, id)}`,
      );
    await delay(250, undefined, { signal });
  }
};

/** Status of an answer on the port; `undefined` when nobody speaks HTTP there. */
const answers = async (port: number, path: string): Promise<number | undefined> => {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return undefined;
  }
};

const lastWords = async (driver: Driver, id: string): Promise<string> => {
  const lines: string[] = [];
  for await (const { text } of driver.logs(id, { tail: 10, follow: false })) lines.push(`  ${text}`);
  return lines.join('\n');
};

const modelNamed = async (driver: Driver, name: string): Promise<ContainerState | undefined> =>
  (await driver.list({ [LABELS.role]: 'model' })).find((container) => container.name === name);

export const removeBundledModel = async (driver: Driver, name: string): Promise<void> => {
  const present = await modelNamed(driver, name);
  if (present) await driver.remove(present.id, { force: true });
};
