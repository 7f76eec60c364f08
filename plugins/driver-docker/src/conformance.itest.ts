import { testDriverOnEngine } from '@nemoclaw/testkit/conformance';
import driver from './index.ts';
import { createWorld } from './testing/world.ts';

testDriverOnEngine(driver, {
  env: process.env,
  image: await createWorld('conformance').image(),
  prefix: process.env.NEMOCLAW_TEST_PREFIX ?? 'nemoclaw-test',
});
