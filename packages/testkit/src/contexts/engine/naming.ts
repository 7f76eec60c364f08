import { randomBytes } from 'node:crypto';
import type { Labels } from '@nemoclaw/plugin-api';

export interface TestObjects {
  /** Name for an object of this test: unlike that of any other run. */
  name(what: string): string;
  labels: Labels;
}

/** Names and labels for what one test file makes on a shared engine. `NEMOCLAW_TEST_PREFIX` replaces `nemoclaw-test`. */
export function testObjects(topic: string, env: Readonly<Record<string, string | undefined>>): TestObjects {
  const run = `${env.NEMOCLAW_TEST_PREFIX ?? 'nemoclaw-test'}-${topic}-${randomBytes(3).toString('hex')}`;
  return { name: (what) => `${run}-${what}`, labels: { 'dev.nemoclaw.test': run } };
}
