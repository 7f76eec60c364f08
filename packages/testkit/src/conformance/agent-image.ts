import type { AgentContribution } from '@nemoclaw/plugin-api';
import { expect } from 'vitest';

const INPUT = { base: 'the-base:1', builder: 'the-builder:1' };
const ARCHITECTURE = /x86|x64|amd64|arm64|aarch64/i;

/** What an agent's image recipe must be: pinned, on the base and the builder that it was given. */
export function expectRecipe(agent: AgentContribution): void {
  const recipe = agent.image({ ...INPUT, architecture: 'amd64' });
  const stages = [...recipe.dockerfile.matchAll(/^FROM +(\S+)(?: +AS +(\S+))?/gim)];
  const known = new Set([INPUT.base, INPUT.builder, ...stages.map(([, , name]) => name)]);
  for (const [, from] of stages) expect(known, `it builds on ${from}`).toContain(from);
  expect(stages.at(-1)?.[1], 'the last stage does not stand on the base').toBe(INPUT.base);

  expect(recipe.dockerfile, 'a version that moves').not.toMatch(/latest|:stable\b|@next\b/);
  expect(recipe.dockerfile, 'a download past the locked files').not.toMatch(/curl|wget|git clone|https?:/);
  const pins = recipe.files.filter(({ content }) => String(content).includes(agent.version));
  expect(pins.length, `no file of the build pins ${agent.version}`).toBeGreaterThan(0);
}

/** The same everywhere. */
export function expectPortable(agent: AgentContribution): void {
  const recipe = agent.image({ ...INPUT, architecture: 'amd64' });
  expect(recipe.dockerfile, 'names an architecture').not.toMatch(ARCHITECTURE);
  for (const { path } of recipe.files) expect(path, 'names an architecture').not.toMatch(ARCHITECTURE);
  expect(agent.image({ ...INPUT, architecture: 'arm64' }), 'another recipe for another architecture').toEqual(recipe);
}
