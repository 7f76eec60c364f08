import { createHash } from 'node:crypto';
import type { Driver, ImageState } from '@nemoclaw/plugin-api';
import { LABELS } from '@nemoclaw/plugin-api';
import type { TestImages } from '@nemoclaw/testkit/contexts/engine';
import agent from '../index.ts';

/** The agent's image on the given base, built once for as long as the recipe stays the same; an onboard's build is found in the engine's cache. */
export async function agentImage(driver: Driver, images: TestImages): Promise<ImageState> {
  const recipe = agent.image({ base: images.base, builder: images.builder, architecture: 'any' });
  const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12);
  const tag = `nemoclaw-agent-openclaw:test-${hash}`;
  return (
    (await driver.findImage(tag)) ??
    driver.buildImage({ ...recipe, tag, labels: { [LABELS.managed]: 'true' } }, () => undefined)
  );
}
