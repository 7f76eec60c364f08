import { expect, it } from 'vitest';
import { createWorld } from '../testing/world.ts';

it('reads facts and capabilities of the engine', async () => {
  const { driver } = createWorld('facts');
  const facts = await driver.hostFacts();
  expect(facts.engineVersion).toMatch(/^\d+\.\d+/);
  expect(facts.apiVersion).toMatch(/^1\.\d+$/);
  expect(facts.cpus).toBeGreaterThan(0);
  expect(facts.memoryBytes).toBeGreaterThan(1e8);
  expect(facts.runtimes).toContain('runc');
  expect(await driver.capabilities()).toMatchObject({ isolatedNetworks: true });
});
