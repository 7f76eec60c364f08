import { join } from 'node:path';
import { createNemoclaw, type Nemoclaw, type OnboardInput } from '@nemoclaw/core';
import { ROOT } from './cli.ts';

const PLUGINS = ['driver-docker', 'agent-openclaw', 'probe-bridge', 'probe-inference-local'];

/** The program below the command line, from source, on a home of the test's. */
export const openCore = (home: string): Promise<Nemoclaw> =>
  createNemoclaw({
    home,
    env: { PATH: process.env.PATH, DOCKER_HOST: process.env.DOCKER_HOST },
    program: 'nemoclaw',
    version: '0.0.0',
    builtinPlugins: PLUGINS.map((name) => ({ name: `@nemoclaw/${name}`, root: join(ROOT, 'plugins', name) })),
  });

export const onboardInput = (name: string, endpoint: string, model: string): OnboardInput => ({
  name,
  agent: 'openclaw',
  provider: 'openai-compatible',
  model,
  endpoint,
  gpu: 'off',
  profile: 'auto',
  smoke: false,
  forward: false,
  dryRun: false,
});
