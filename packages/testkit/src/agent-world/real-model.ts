import { setTimeout as delay } from 'node:timers/promises';
import { modelContainer, modelRecipe } from '../model-image/index.ts';
import { parentImage, readHostCa } from './parent.ts';
import type { AgentWorld } from './world.ts';

export interface RealModel {
  port: number;
  /** How many tokens a text has in this model's vocabulary. */
  tokens(text: string): Promise<number>;
}

const START_MS = 60_000;

/** The real small model on a port of the world's `hostAddress`; it goes with the world. */
export async function startRealModel(
  world: AgentWorld,
  port: number,
  env: Readonly<Record<string, string | undefined>>,
): Promise<RealModel> {
  const { driver, objects, hostAddress } = world;
  const recipe = modelRecipe({
    parent: await parentImage(driver, env),
    hostNetwork: true,
    buildCaPem: await readHostCa(),
  });
  const image = (await driver.findImage(recipe.tag)) ?? (await driver.buildImage(recipe, () => undefined));
  const { id } = await driver.create(
    modelContainer({ name: objects.name('model'), image: image.id, host: hostAddress, port, labels: objects.labels }),
  );
  await driver.start(id);
  const url = `http://${hostAddress}:${port}`;
  const healthy = async () => (await fetch(`${url}/health`).catch(() => undefined))?.ok === true;
  for (const end = Date.now() + START_MS; !(await healthy()); await delay(200))
    if (Date.now() > end) throw new Error('the model server did not come up');
  return {
    port,
    async tokens(text) {
      const answer = await fetch(`${url}/tokenize`, { method: 'POST', body: JSON.stringify({ content: text }) });
      return ((await answer.json()) as { tokens: unknown[] }).tokens.length;
    },
  };
}
