import { join } from 'node:path';
import { createNemoclaw, type Nemoclaw, type OnboardInput } from '@nemoclaw/core';
import { TINY_AGENT } from '@nemoclaw/testkit/tiny-agent';
import { ROOT } from './cli.ts';

const PLUGINS = ['driver-docker', 'agent-openclaw', 'probe-bridge', 'probe-inference-local'];

interface Plugin {
  name: string;
  root: string;
}

interface CoreExtras {
  plugins?: readonly Plugin[];
  /** Settings by their variables, such as NEMOCLAW_SETTLE_MS. */
  env?: Record<string, string>;
}

/** The program below the command line, from source, on a home of the test's. It has the tiny agent too. */
export const openCore = (home: string, { plugins = [], env = {} }: CoreExtras = {}): Promise<Nemoclaw> =>
  createNemoclaw({
    home,
    env: { PATH: process.env.PATH, DOCKER_HOST: process.env.DOCKER_HOST, ...env },
    program: 'nemoclaw',
    version: '0.0.0',
    builtinPlugins: [
      ...PLUGINS.map((name) => ({ name: `@nemoclaw/${name}`, root: join(ROOT, 'plugins', name) })),
      TINY_AGENT,
      ...plugins,
    ],
  });

/** Settings with which the tiny agent's operations take no longer than they have to; the defaults are for real agents. */
export const QUICK = {
  NEMOCLAW_SETTLE_MS: '100',
  NEMOCLAW_RESTART_TIMEOUT_MS: '15000',
  NEMOCLAW_START_TIMEOUT_MS: '15000',
};

export const onboardInput = (name: string, endpoint: string, model: string, agent = 'openclaw'): OnboardInput => ({
  name,
  agent,
  provider: 'openai-compatible',
  model,
  endpoint,
  gpu: 'off',
  profile: 'auto',
  isolation: 'shared',
  smoke: false,
  forward: false,
  dryRun: false,
});
