import { createHash } from 'node:crypto';
import type { AgentContribution, Driver, ImageState } from '@nemoclaw/plugin-api';
import { LABELS } from '@nemoclaw/plugin-api';
import type { TestImages } from '../contexts/engine/index.ts';

/** The agent's image on the given base, built once for as long as the recipe stays the same; an onboard's build is found in the engine's cache. */
export async function agentImage(driver: Driver, images: TestImages, agent: AgentContribution): Promise<ImageState> {
  const recipe = agent.image({ base: images.base, builder: images.builder, architecture: 'any' });
  const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12);
  const tag = `nemoclaw-agent-${agent.id}:test-${hash}`;
  return (
    (await driver.findImage(tag)) ??
    driver.buildImage({ ...recipe, tag, labels: { [LABELS.managed]: 'true' } }, () => undefined)
  );
}
